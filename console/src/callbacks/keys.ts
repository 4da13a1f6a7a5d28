import { useEffect, useRef } from "react";

export const KEYS = [
  { keys: ["/"], does: "Search" },
  { keys: ["n"], does: "New callback" },
  { keys: ["r"], does: "Refresh" },
  { keys: ["↑", "↓"], does: "Go to another row" },
  { keys: ["Space"], does: "Select the row" },
  { keys: ["Enter"], does: "Show its details" },
  { keys: ["Ctrl", "A"], does: "Select all rows of the page" },
  { keys: ["?"], does: "Show these keys" },
] as const;

const OFF = "ringback-keys-off";

/** Whether the single keys work in this browser: who speaks to a computer may need them off. */
export function areKeysOn(): boolean {
  return localStorage.getItem(OFF) === null;
}

export function turnKeys(isOn: boolean): void {
  if (isOn) {
    localStorage.removeItem(OFF);
  } else {
    localStorage.setItem(OFF, "1");
  }
}

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";
// Where the arrows scroll.
const DETAILS = "[data-details]";

function isElsewhere({ key, target }: KeyboardEvent): boolean {
  const taken = key.startsWith("Arrow") ? `${FIELDS}, ${DETAILS}` : FIELDS;
  const isTaken = target instanceof Element && target.closest(taken) !== null;
  return isTaken || document.querySelector("[role=dialog], [role=menu]") !== null;
}

/** Calls what a key stands for; never while somebody types or a dialog is open. */
export function useKeys(actions: Record<string, () => void>): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const action = latest.current[event.key];
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
      if (action && isPlain && !event.repeat && !isElsewhere(event) && areKeysOn()) {
        event.preventDefault();
        action();
      }
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
