/** The name, with its mark: three lines that come in as one. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold text-15 tracking-tight">
      <svg aria-hidden="true" width="20" height="20" viewBox="0 0 20 20" fill="none">
        <path
          d="M2 4.5c4 0 4.5 5.5 8.5 5.5M2 10h8.5M2 15.5c4 0 4.5-5.5 8.5-5.5"
          stroke="var(--fg-3)"
          strokeWidth="1.6"
          strokeLinecap="round"
        />
        <path d="M10.5 10h3" stroke="var(--accent)" strokeWidth="1.6" strokeLinecap="round" />
        <circle cx="15.8" cy="10" r="2.4" fill="var(--accent)" />
      </svg>
      EventMesh
    </span>
  )
}
