import { ScrollArea, Table } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";

import { type Result, type State, StateBadge } from "../../components/StateBadge";
import { useTimes } from "../../components/times";
import styles from "./CallbackList.module.css";

const ROW_HEIGHT = 30;
const MAX_HEIGHT = 264;

/** A callback in a list of many. `more`: what the list's last column says of it. */
export interface Line {
  id: string;
  phoneNumber: string;
  service: string;
  desiredAt: string | null;
  state: State | null;
  result?: Result | null | undefined;
  more?: ReactNode;
}

interface Props {
  label: string;
  lines: Line[];
  /** The heading of the last column; without it there is none. */
  more?: string;
}

/** Callbacks, however many: only those in sight are drawn. */
export function CallbackList({ label, lines, more }: Props) {
  const viewport = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is compiled by React's compiler
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    initialRect: { width: 600, height: MAX_HEIGHT },
  });
  const drawn = virtualizer.getVirtualItems();
  const above = drawn[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  return (
    <ScrollArea.Autosize
      mah={MAX_HEIGHT + ROW_HEIGHT}
      viewportRef={viewport}
      viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}
      className={styles.frame}
    >
      <Table aria-rowcount={lines.length + 1} className={styles.table} stickyHeader>
        <Table.Thead>
          <Table.Tr aria-rowindex={1}>
            <Table.Th scope="col">Phone Number</Table.Th>
            <Table.Th scope="col">Service Name</Table.Th>
            <Table.Th scope="col">Desired Time</Table.Th>
            <Table.Th scope="col">State</Table.Th>
            {more && <Table.Th scope="col">{more}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Filler height={above} />
          {drawn.map(({ index }) => (
            <Row key={lines[index]!.id} index={index} line={lines[index]!} hasMore={!!more} />
          ))}
          <Filler height={below} />
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function Row({ line, index, hasMore }: { line: Line; index: number; hasMore: boolean }) {
  const { shown } = useTimes();
  return (
    <Table.Tr aria-rowindex={index + 2} h={ROW_HEIGHT}>
      <Table.Td>{line.phoneNumber}</Table.Td>
      <Table.Td className={styles.service}>{line.service}</Table.Td>
      <Table.Td>{line.desiredAt && shown.minute(line.desiredAt)}</Table.Td>
      <Table.Td>{line.state && <StateBadge state={line.state} result={line.result} />}</Table.Td>
      {hasMore && <Table.Td className={styles.more}>{line.more}</Table.Td>}
    </Table.Tr>
  );
}

/** The place of rows that are not drawn. */
function Filler({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden style={{ height }} /> : null;
}
