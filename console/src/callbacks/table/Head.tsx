import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";

import classes from "./CallbackTable.module.css";
import type { Column } from "./columns";
import type { Selection } from "../selection";

interface Props {
  columns: Column[];
  sort: string;
  onSort: (sort: string) => void;
  selection: Selection;
  count: number;
}

/** The head of the table: what it is sorted by, and the box that selects all rows of the page. */
export function Head({ columns, sort, onSort, selection, count }: Props) {
  const some = selection.count > selection.elsewhere && !selection.isAll;
  return (
    <thead className={classes.head}>
      <tr aria-rowindex={1}>
        <th scope="col" className={classes.box}>
          <label>
            <input
              type="checkbox"
              aria-label={`Select all ${count} on this page`}
              data-hint={selection.isAll ? "Select none of this page" : `Select all ${count} on this page`}
              checked={selection.isAll}
              disabled={count === 0}
              ref={(box) => {
                if (box) {
                  box.indeterminate = some;
                }
              }}
              onChange={selection.toggleAll}
            />
          </label>
        </th>
        {columns.map((column) => (
          <Sorted key={column.name} column={column} sort={sort} onSort={onSort} />
        ))}
        <th scope="col" className={classes.actions}>
          <span className="visually-hidden">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

function Sorted({ column: { name, label }, sort, onSort }: { column: Column } & Pick<Props, "sort" | "onSort">) {
  const isUp = sort === name;
  const isDown = sort === `-${name}`;
  return (
    <th scope="col" aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}>
      <button type="button" className={classes.sort} onClick={() => onSort(isUp ? `-${name}` : name)}>
        <span>{label}</span>
        {isUp && <IconArrowUp size={14} aria-hidden />}
        {isDown && <IconArrowDown size={14} aria-hidden />}
      </button>
    </th>
  );
}
