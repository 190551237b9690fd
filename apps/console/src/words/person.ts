/** For a line that has to say who: with the address, since anybody may call themselves anything. */
export function personWords({ name, email }: { readonly name: string | null; readonly email: string }): string {
  return name === null ? email : `${name} (${email})`
}
