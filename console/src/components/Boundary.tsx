import { notifications } from "@mantine/notifications";
import { Component, type ReactNode, Suspense } from "react";

import { ErrorPage } from "./ErrorPage";
import { Failure } from "./Failure";
import { sentenceOf } from "./sentences";

interface Props {
  /** What is shown instead of what failed. */
  instead: (error: unknown) => ReactNode;
  onFailure?: (error: unknown) => void;
  children: ReactNode;
}

interface State {
  failed: { error: unknown } | null;
}

/** What fails within it, or cannot be loaded, leaves the rest of the console as it is. */
class Boundary extends Component<Props, State> {
  override state: State = { failed: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: { error } };
  }

  override componentDidCatch(error: unknown) {
    this.props.onFailure?.(error);
  }

  override render() {
    const { failed } = this.state;
    return failed ? this.props.instead(failed.error) : this.props.children;
  }
}

// A part that was not to be had is not asked for again by the same page, and after an upgrade of the server it has
// another name: only reloading helps.
const reload = () => location.reload();

/** A page that is loaded when it is shown. Where that fails, or the page does, it says what to do. */
export function PageBoundary({ waiting, children }: { waiting: ReactNode; children: ReactNode }) {
  return (
    <Boundary instead={(error) => <ErrorPage error={error} retry={reload} />}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </Boundary>
  );
}

/** The same for a part of a page. */
export function PartBoundary({ waiting = null, children }: { waiting?: ReactNode; children: ReactNode }) {
  return (
    <Boundary instead={(error) => <Failure of={error} />}>
      <Suspense fallback={waiting}>{children}</Suspense>
    </Boundary>
  );
}

/** The same for a dialog that is open: it closes, and the page beneath it stays. */
export function DialogBoundary({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const tell = (error: unknown) => {
    notifications.show({ color: "red", message: sentenceOf(error), autoClose: false });
    onClose();
  };
  return (
    <Boundary instead={() => null} onFailure={tell}>
      <Suspense>{children}</Suspense>
    </Boundary>
  );
}
