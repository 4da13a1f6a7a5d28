const CAN_HAVE_IT = "a[href], button, input, select, textarea, [tabindex]";

let latest: Element | null = null;

/** Note from now on what somebody works with. */
export function watchFocus(): void {
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) {
      // A menu is gone when what it opens closes again: the button that shows it is not.
      const menu = target.closest("[role=menu]");
      latest = (menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "")) ?? target;
    }
  });
}

/** What somebody works with, and then what it stands in, where that can have the focus, too. */
export function focusNow(): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at = latest; at; at = at.parentElement) {
    if (at instanceof HTMLElement && (at === latest || at.hasAttribute("tabindex"))) {
      found.push(at);
    }
  }
  return found;
}

/** As the `ref` of a button that goes when it is pressed, with its line: the focus goes to what stands before it. */
export function leaveFocusBefore(button: HTMLButtonElement) {
  return () => {
    if (document.activeElement === button) {
      const before = allBefore(button);
      setTimeout(() => before.find(canHaveIt)?.focus({ preventScroll: true }));
    }
  };
}

/** Give the focus to the first of these that is still there; where that cannot have it any more, to what stands before it. */
export function focusFirst(elements: HTMLElement[]): void {
  const first = elements.find((element) => element.isConnected);
  const nearest = first?.matches(":disabled") ? allBefore(first).find(canHaveIt) : first;
  nearest?.focus({ preventScroll: true });
}

/** What can have the focus and stands before an element, the nearest first. */
function allBefore(element: HTMLElement): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLElement>(CAN_HAVE_IT)];
  return all.slice(0, all.indexOf(element)).reverse();
}

function canHaveIt(element: HTMLElement): boolean {
  return element.isConnected && element.tabIndex >= 0 && !element.matches(":disabled");
}
