/** What a table is sorted by; in addresses `waiting` ascends and `-waiting` descends. */
export interface Order {
  name: string;
  descends: boolean;
}

/** A column that a table can be sorted by: `of` is what is compared. Text ascends at first, numbers descend. */
export interface Sortable<Line> {
  name: string;
  label: string;
  /** What it means, where its label does not say it. */
  means?: string;
  isText: boolean;
  of: (line: Line) => number | string;
}

/** The order that an address has; `usual` where it names none of the columns. */
export function orderOf(sort: string | null, columns: readonly { name: string }[], usual: Order): Order {
  const name = sort?.replace(/^-/, "");
  const column = columns.find((each) => each.name === name);
  return column ? { name: column.name, descends: sort?.startsWith("-") ?? false } : usual;
}

/** The order after a press on a column's head, as addresses have it. */
export function turned(order: Order, { name, isText }: Pick<Sortable<never>, "name" | "isText">): string {
  const descends = order.name === name ? !order.descends : !isText;
  return `${descends ? "-" : ""}${name}`;
}

function compare(one: number | string, other: number | string): number {
  return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
}

/** The lines in an order; equal ones by their names. */
export function sorted<Line>(
  lines: readonly Line[],
  columns: readonly Sortable<Line>[],
  { name, descends }: Order,
  nameOf: (line: Line) => string,
): Line[] {
  const of = columns.find((column) => column.name === name)?.of ?? nameOf;
  return [...lines].sort(
    (one, other) => (descends ? -1 : 1) * compare(of(one), of(other)) || compare(nameOf(one), nameOf(other)),
  );
}
