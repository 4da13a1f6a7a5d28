import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

// Until the page has settled without the dialog.
const SOON_MILLISECONDS = 10;

/** A dialog that is open as long as it is mounted. The focus goes back to where it was, which Mantine's alone cannot then. */
export function Dialog({ children, ...props }: Omit<ModalProps, "opened">) {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => giveBack(opener), SOON_MILLISECONDS);
    },
    [opener],
  );
  return (
    <Modal opened returnFocus={false} {...props}>
      {children}
    </Modal>
  );
}

// Not when somebody has gone elsewhere meanwhile, or the dialog is still there.
function giveBack(opener: Element | null): void {
  const isFree = document.activeElement === null || document.activeElement === document.body;
  if (isFree && opener instanceof HTMLElement && opener.isConnected) {
    opener.focus({ preventScroll: true });
  }
}
