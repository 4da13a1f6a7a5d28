import { lazy } from "react";

import { DialogBoundary } from "../../components/Boundary";
import type { BulkKind } from "../bulk/work";
import type { Callback } from "../model";
import type { RangeQuery } from "../ranges";
import type { Row } from "../rows";

/** The dialog that is open. */
export type Opened =
  | { kind: "create" | "options" | "keys" }
  | { kind: "edit" | "recreate"; row: Row }
  | { kind: "bulk"; of: BulkKind; selected: Callback[]; range: RangeQuery };

const CreateCallback = lazy(() => import("./CreateCallback"));
const EditCallback = lazy(() => import("./EditCallback"));
const RecreateCallback = lazy(() => import("./RecreateCallback"));
const BulkDialog = lazy(() => import("../bulk/BulkDialog"));
const AdvancedOptions = lazy(() => import("../options/AdvancedOptions"));
const KeysDialog = lazy(() => import("./KeysDialog"));

interface Props {
  opened: Opened | null;
  /** The rows of the page, so that a dialog sees the callback as it is now. */
  rows: Row[];
  onClose: () => void;
  onCreated: (callback: Callback) => void;
  onChanged: () => void;
  /** Other states or services are to be seen. */
  onVisible: () => void;
}

/** Whichever dialog is open. It stays as it is while the page beneath it changes. */
export function Dialogs(props: Props) {
  const { opened, onClose } = props;
  return (
    opened && (
      <DialogBoundary onClose={onClose}>
        <Chosen {...props} opened={opened} />
      </DialogBoundary>
    )
  );
}

function Chosen({ opened, rows, onClose, onCreated, onChanged, onVisible }: Props & { opened: Opened }) {
  switch (opened.kind) {
    case "create":
      return <CreateCallback onClose={onClose} onCreated={onCreated} />;
    case "edit":
      return <EditCallback callback={asItIs(opened.row, rows)} onClose={onClose} onChanged={onChanged} />;
    case "recreate":
      return <RecreateCallback callback={asItIs(opened.row, rows)} onClose={onClose} onCreated={onCreated} />;
    case "bulk":
      return (
        <BulkDialog
          kind={opened.of}
          selected={opened.selected}
          range={opened.range}
          onClose={onClose}
          onDone={onChanged}
        />
      );
    case "options":
      return <AdvancedOptions onClose={onClose} onVisible={onVisible} />;
    case "keys":
      return <KeysDialog onClose={onClose} />;
  }
}

function asItIs(row: Row, rows: Row[]): Row {
  return rows.find(({ id }) => id === row.id) ?? row;
}
