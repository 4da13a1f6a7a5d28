import { type KeyboardEvent, lazy, type Ref, useImperativeHandle, useMemo, useRef, useState } from "react";

import { PartBoundary } from "../../components/Boundary";
import classes from "./CallbackTable.module.css";
import type { Column, Shown } from "./columns";
import { copyNumber } from "./copyNumber";
import { Head } from "./Head";
import { Hints } from "./Hints";
import { CallbackRow, type RowActions } from "./Row";
import type { Row, Rows } from "../rows";
import type { Selection } from "../selection";
import type { View } from "../view";
import { rowAfterKey, useActiveRow, useFromTheTop, useRowFocus, useVirtualRows } from "./virtualRows";

const RowDetails = lazy(() => import("../details/RowDetails").then((module) => ({ default: module.RowDetails })));

/** What the page can do with the table. */
export interface TableHandle {
  /** Bring a callback's row into sight, with focus; does nothing when it is not on the page. */
  reveal: (id: string) => void;
  /** Move focus to the active row. */
  focus: () => void;
}

interface Props {
  rows: Rows;
  columns: Column[];
  times: Shown;
  view: View;
  onSort: (sort: string) => void;
  selection: Selection;
  highlighted: ReadonlySet<string>;
  mayChange: boolean;
  /** What is shown is not yet what was asked for. */
  isOld: boolean;
  onEdit: (row: Row) => void;
  onRecreate: (row: Row) => void;
}

const SELECT_WIDTH = 40;
const ACTIONS_WIDTH = 72;

/** The page's callbacks. Only what is in sight is in the document; the table tells how many rows there are. */
export function CallbackTable({ ref, ...props }: Props & { ref: Ref<TableHandle> }) {
  const { rows, columns, selection, onEdit, onRecreate } = props;
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const scroll = useRef<HTMLDivElement>(null);
  const { activeId, activate } = useActiveRow(rows.items);
  const virtual = useVirtualRows(rows.items, expanded, activeId, scroll);
  useFromTheTop(props.view, rows, props.isOld, scroll);
  const focusRow = useRowFocus(virtual.lines, activate, virtual.scrollTo, scroll);
  useImperativeHandle(ref, () => ({ reveal: focusRow, focus: () => activeId && focusRow(activeId) }), [
    focusRow,
    activeId,
  ]);
  const { select } = selection;
  const actions = useMemo<RowActions>(
    () => ({
      select,
      activate,
      expand: (id) => setExpanded((now) => toggled(now, id)),
      edit: onEdit,
      recreate: onRecreate,
    }),
    [select, activate, onEdit, onRecreate],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (onKey(event, rows.items, activeId, { focusRow, selectAll: selection.selectAll, ...actions })) {
      event.preventDefault();
    }
  };
  const width = columns.reduce((sum, column) => sum + column.width, SELECT_WIDTH + ACTIONS_WIDTH);
  return (
    <Hints className={classes.hints}>
      <div ref={scroll} className={classes.scroll} onKeyDown={onKeyDown}>
        <table
          className={classes.table}
          style={{ minWidth: width }}
          aria-label="Callbacks"
          aria-busy={props.isOld}
          aria-rowcount={virtual.lines.length + 1}
          onCopy={copyNumber}
        >
          <colgroup>
            <col style={{ width: SELECT_WIDTH }} />
            {columns.map((column) => (
              <col key={column.name} style={{ width: column.width }} />
            ))}
            <col style={{ width: ACTIONS_WIDTH }} />
          </colgroup>
          <Head
            columns={columns}
            sort={props.view.sort}
            onSort={props.onSort}
            selection={selection}
            count={rows.items.length}
          />
          <Body {...props} {...{ virtual, expanded, activeId, actions }} />
        </table>
      </div>
    </Hints>
  );
}

interface BodyProps extends Props {
  virtual: ReturnType<typeof useVirtualRows>;
  expanded: ReadonlySet<string>;
  activeId: string | null;
  actions: RowActions;
}

function Body({
  rows,
  columns,
  times,
  selection,
  highlighted,
  mayChange,
  virtual,
  expanded,
  activeId,
  actions,
}: BodyProps) {
  const span = columns.length + 2;
  const drawn = virtual.shown.flatMap(({ line, index, gap }) => {
    if (!line) {
      return [];
    }
    const { row, isDetails } = line;
    const space = gap > 0 && <Gap key={`${row.id}:gap:${isDetails}`} height={gap} span={span} />;
    const position = index + 2;
    if (isDetails) {
      return [
        space,
        <Details key={`${row.id}:details`} {...{ row, index, position, span }} measure={virtual.measure} />,
      ];
    }
    return [
      space,
      <CallbackRow
        key={row.id}
        {...{ row, position, columns, times, actions, mayChange }}
        isSelected={selection.has(row.id)}
        isExpanded={expanded.has(row.id)}
        isActive={row.id === activeId}
        hasLeft={rows.left.has(row.id)}
        isFresh={highlighted.has(row.id)}
      />,
    ];
  });
  return (
    <tbody>
      {drawn}
      {virtual.rest > 0 && <Gap height={virtual.rest} span={span} />}
    </tbody>
  );
}

function Gap({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden className={classes.gap}>
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}

interface DetailsProps {
  row: Row;
  index: number;
  position: number;
  span: number;
  measure: (element: HTMLElement | null) => void;
}

function Details({ row, index, position, span, measure }: DetailsProps) {
  return (
    <tr ref={measure} data-index={index} data-details className={classes.details} aria-rowindex={position}>
      <td colSpan={span}>
        <div>
          <PartBoundary waiting={<div role="status">Loading</div>}>
            <RowDetails callback={row} />
          </PartBoundary>
        </div>
      </td>
    </tr>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const now = new Set(ids);
  if (!now.delete(id)) {
    now.add(id);
  }
  return now;
}

interface KeyActions extends Pick<RowActions, "select" | "expand"> {
  focusRow: (id: string) => void;
  selectAll: () => void;
}

/** Does what a key means within the table; whether it means something. */
function onKey(event: KeyboardEvent, rows: Row[], activeId: string | null, actions: KeyActions): boolean {
  const target = event.target as HTMLElement;
  if (event.altKey || target.closest("[data-details]")) {
    return false;
  }
  if (event.ctrlKey || event.metaKey) {
    const isAll = event.key === "a";
    if (isAll) {
      actions.selectAll();
    }
    return isAll;
  }
  const next = target.closest("tbody") && rowAfterKey(event.key, rows, activeId);
  if (next) {
    actions.focusRow(next);
    return true;
  }
  const id = target.matches("tr") ? activeId : null;
  if (id && event.key === " ") {
    actions.select(id, event.shiftKey);
  } else if (id && event.key === "Enter") {
    actions.expand(id);
  }
  return id !== null && (event.key === " " || event.key === "Enter");
}
