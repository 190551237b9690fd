export const text = {
  email: 'Email',
  password: 'Password',
  newPassword: 'New password',
  personName: 'Your name',
  personNameHint: 'As the other members see you.',
  passwordHint: '12 to 128 characters. A few words of your own are good.',
  organizationName: 'Organization name',
  slug: 'Address',
  slugHint: 'Lower-case letters, digits and “-”. It stands in every link.',
  slugTaken: 'This address is taken.',
  slugForm: '3 to 40 lower-case letters, digits and “-”; not a “-” at either end.',
  slugReserved: 'This address is reserved for a page of the console.',
  signIn: {
    title: 'Sign in',
    button: 'Sign in',
    again: 'This organization asks for the password again after some hours.',
    wrong: 'Email or password is wrong.',
    throttled: (seconds: number) => `Too many attempts. Try again in ${wait(seconds)}.`,
    lost: 'Lost your password? An owner or admin of your organization can give you a reset link.',
  },
  setup: {
    title: 'Set up EventMesh',
    lead: 'You are the first one here. Create your account and name your organization.',
    leadSignedIn: (email: string) => `You are signed in as ${email}. Name your organization.`,
    button: 'Create organization',
    emailTaken: 'There is already an account with this email. Sign in, then open the link again.',
  },
  invite: {
    title: (organization: string) => `Join ${organization}`,
    lead: (by: string, role: string) => `${by} invited you as ${role}.`,
    button: 'Join organization',
    otherPerson: (email: string) => `This invite is for ${email}.`,
    expired: (by: string) => `This invite has expired. Ask ${by} for a new link.`,
    signInFirst: (email: string) => `${email} already has an account. Sign in to join.`,
  },
  reset: {
    title: 'Set a new password',
    lead: (email: string) => `For ${email}. Every session ends; sign in again afterwards.`,
    button: 'Set password',
  },
  organization: {
    title: 'New organization',
    lead: 'Events, keys and members of one organization are invisible to every other.',
    button: 'Create organization',
  },
  used: 'This link was already used.',
  expired: 'This link has expired.',
  expiredSetup: 'This link has expired. Make a new one with: npm run -s eventmesh -- setup-link <slug>',
  unknown: 'This link is not valid.',
  goToSignIn: 'Sign in',
  signOut: 'Sign out',
} as const

function wait(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
