import { Button } from '../../ui/button.tsx'

/** The end of a form that stays where it is: its button, and beside it that it was done. */
export function SaveRow({
  button,
  done,
  isPending,
  isDone,
}: {
  readonly button: string
  readonly done: string
  readonly isPending: boolean
  readonly isDone: boolean
}) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button type="submit" isPending={isPending}>
        {button}
      </Button>
      <span role="status" className="text-ok-text">
        {isDone ? done : ''}
      </span>
    </div>
  )
}
