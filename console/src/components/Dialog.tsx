import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

import { useIsOver } from "../api/session";
import { focusFirst, focusNow } from "./focus";

// Until the page has settled without the dialog.
const SOON_MS = 10;

/** A dialog that is open as long as it is mounted. The focus goes back to where it was, which Mantine's alone cannot then. */
export function Dialog({ children, ...props }: Omit<ModalProps, "opened">) {
  const [openers] = useState(focusNow);
  const isOver = useIsOver();
  useEffect(
    () => () => {
      setTimeout(() => giveBack(openers), SOON_MS);
    },
    [openers],
  );
  // While they are asked to log in again over it, Escape is not for what lies beneath.
  return (
    <Modal opened returnFocus={false} closeOnEscape={!isOver} {...props}>
      {children}
    </Modal>
  );
}

// Not when somebody has gone elsewhere meanwhile, or the dialog is still there. What opened it may be gone, as the pencil
// of a callback that was cancelled: then it is its row. Or it is inactive, as what needs a selection.
function giveBack(openers: HTMLElement[]): void {
  const isFree = document.activeElement === null || document.activeElement === document.body;
  if (isFree) {
    focusFirst(openers);
  }
}
