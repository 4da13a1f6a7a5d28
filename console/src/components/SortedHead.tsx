import { Table, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";

import classes from "./SortedHead.module.css";
import { type Order, type Sortable, turned } from "./sorting";

interface Props {
  column: Pick<Sortable<never>, "name" | "label" | "means" | "isText">;
  order: Order;
  onSort: (sort: string) => void;
}

/** The head of a column that a press sorts the table by, and another press turns round. */
export function SortedHead({ column, order, onSort }: Props) {
  const isSorted = order.name === column.name;
  const Arrow = order.descends ? IconArrowDown : IconArrowUp;
  const button = (
    <UnstyledButton className={classes.sort} onClick={() => onSort(turned(order, column))}>
      {column.label}
      {isSorted && <Arrow size={14} aria-hidden />}
    </UnstyledButton>
  );
  return (
    <Table.Th
      scope="col"
      ta={column.isText ? undefined : "end"}
      aria-sort={isSorted ? (order.descends ? "descending" : "ascending") : "none"}
    >
      {column.means ? <Tooltip label={column.means}>{button}</Tooltip> : button}
    </Table.Th>
  );
}
