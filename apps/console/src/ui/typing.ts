/** Single-key shortcuts are off while somebody types … */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** … and while something lies over the page. A list that was open stays in the document, out of sight. */
export function isDialogOpen(): boolean {
  const over = document.querySelectorAll('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]')
  return [...over].some((each) => each.checkVisibility({ visibilityProperty: true }))
}
