import type { ClipboardEvent } from "react";

function numberOf(node: Node | null): HTMLElement | null {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest<HTMLElement>("td")?.querySelector<HTMLElement>("[data-number]") ?? null;
}

/** A phone number that is copied, and nothing beside it, is copied as programs take it (E.164). */
export function copyNumber(event: ClipboardEvent): void {
  const selection = document.getSelection();
  const number = numberOf(selection?.anchorNode ?? null);
  if (number?.dataset.number && number === numberOf(selection?.focusNode ?? null)) {
    event.clipboardData.setData("text/plain", number.dataset.number);
    event.preventDefault();
  }
}
