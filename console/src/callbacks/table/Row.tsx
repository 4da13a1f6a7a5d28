import { IconChevronDown, IconPencil, IconRefreshDot } from "@tabler/icons-react";
import { memo } from "react";

import classes from "./CallbackTable.module.css";
import type { Column, Shown } from "./columns";
import { mayCancel } from "../model";
import type { Row } from "../rows";

/** What can be done with a row; the same for as long as the table is shown. */
export interface RowActions {
  select: (id: string, isRange: boolean) => void;
  expand: (id: string) => void;
  activate: (id: string) => void;
  edit: (row: Row) => void;
  recreate: (row: Row) => void;
}

interface Props {
  row: Row;
  position: number;
  columns: Column[];
  times: Shown;
  actions: RowActions;
  mayChange: boolean;
  isSelected: boolean;
  isExpanded: boolean;
  isActive: boolean;
  hasLeft: boolean;
  isFresh: boolean;
}

/** One callback. Only the active row's controls are in the tab order; arrow keys make another row the active one. */
export const CallbackRow = memo(function CallbackRow(props: Props) {
  const { row, position, columns, times, actions, isSelected, isActive, hasLeft, isFresh } = props;
  const tabIndex = isActive ? 0 : -1;
  return (
    <tr
      className={classes.row}
      aria-rowindex={position}
      data-id={row.id}
      data-selected={isSelected || undefined}
      data-left={hasLeft || undefined}
      data-fresh={isFresh || undefined}
      data-hint={hasLeft ? "Does not match what is shown any more; goes with the next refresh" : undefined}
      tabIndex={tabIndex}
      onClick={() => actions.activate(row.id)}
    >
      <td className={classes.box}>
        <label>
          <input
            type="checkbox"
            checked={isSelected}
            tabIndex={tabIndex}
            aria-label={`Select ${row.phone_number_formatted}`}
            onChange={(event) => actions.select(row.id, (event.nativeEvent as MouseEvent).shiftKey)}
          />
        </label>
      </td>
      {columns.map(({ name, cell }) => (
        <td key={name}>{cell(row, times, tabIndex)}</td>
      ))}
      <Actions {...props} tabIndex={tabIndex} />
    </tr>
  );
});

function Actions({ row, actions, mayChange, isExpanded, tabIndex }: Props & { tabIndex: number }) {
  return (
    <td className={classes.actions}>
      {mayChange && mayCancel(row) && (
        <button
          ref={leaveFocusToRow}
          type="button"
          className={`${classes.action} ${classes.edit}`}
          tabIndex={tabIndex}
          aria-label="Edit Callback"
          data-hint="Edit Callback"
          onClick={() => actions.edit(row)}
        >
          <IconPencil size={17} stroke={1.8} aria-hidden />
        </button>
      )}
      {mayChange && row.state === "COMPLETED" && (
        <button
          ref={leaveFocusToRow}
          type="button"
          className={classes.action}
          tabIndex={tabIndex}
          aria-label="Recreate Callback"
          data-hint="Recreate Callback"
          onClick={() => actions.recreate(row)}
        >
          <IconRefreshDot size={17} stroke={1.8} aria-hidden />
        </button>
      )}
      <button
        type="button"
        className={classes.action}
        tabIndex={tabIndex}
        aria-label="Details"
        aria-expanded={isExpanded}
        data-hint={isExpanded ? "Hide details" : "Show details"}
        onClick={() => actions.expand(row.id)}
      >
        <IconChevronDown size={17} stroke={1.8} aria-hidden />
      </button>
    </td>
  );
}

// What can be done changes with the state: where the focus is on a button that goes, its row has it.
function leaveFocusToRow(button: HTMLButtonElement) {
  return () => {
    if (document.activeElement === button) {
      button.closest("tr")?.focus({ preventScroll: true });
    }
  };
}
