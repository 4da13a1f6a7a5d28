import { Badge, Button, Center, Group, SegmentedControl, Table, Title } from "@mantine/core";
import { useMemo, useState } from "react";

import { useSession } from "../api/session";
import { SortedHead } from "../components/SortedHead";
import { sorted } from "../components/sorting";
import type { Times } from "../components/times";
import { type Figures, type Line, linesOf, type Period, periodName } from "./figures";
import { type Column, columnsOf, orderIn } from "./columns";
import classes from "./Reports.module.css";
import type { By, Put, Shows, View } from "./view";

const AT_ONCE = 200;

interface Props {
  periods: Period[];
  totals: Figures;
  view: View;
  times: Times;
  put: (some: Put) => void;
}

/** The figures of the charts and more, as a table: a line for each period, each service, or both. */
export function Lines({ periods, totals, view, times, put }: Props) {
  const { by, per, shows, sort } = view;
  const [most, setMost] = useState(AT_ONCE);
  const columns = useMemo(() => columnsOf(by, per, shows, totals), [by, per, shows, totals]);
  const order = orderIn(columns, sort);
  const lines = useMemo(
    () => sorted(linesOf(periods, by, per), columns, orderIn(columns, sort), ({ key }) => key),
    [periods, by, per, columns, sort],
  );
  return (
    <section aria-labelledby="reports-lines">
      <Group justify="space-between" mt="md" mb={4} gap="xs">
        <Title order={2} id="reports-lines">
          {by === "period" ? `By ${per}` : by === "service" ? "By service" : `By service and ${per}`}
        </Title>
        <Choices view={view} put={put} />
      </Group>
      <Table.ScrollContainer minWidth={900} type="native" scrollAreaProps={{ tabIndex: 0, "aria-label": "Figures" }}>
        <Table className={classes.lines} aria-labelledby="reports-lines" horizontalSpacing={6} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <SortedHead key={column.name} column={column} order={order} onSort={(next) => put({ sort: next })} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.slice(0, most).map((line) => (
              <LineRow key={line.key} line={line} columns={columns} view={view} times={times} />
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Total columns={columns} totals={totals} />
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
      {lines.length > most && (
        <Center py="xs">
          <Button variant="default" onClick={() => setMost(most + AT_ONCE)}>
            Show more ({lines.length - most} left)
          </Button>
        </Center>
      )}
    </section>
  );
}

function Choices({ view, put }: Pick<Props, "view" | "put">) {
  const lines: { value: By; label: string }[] = [
    { value: "period", label: view.per === "day" ? "Days" : "Hours" },
    { value: "service", label: "Services" },
    { value: "both", label: "Both" },
  ];
  const shows: { value: Shows; label: string }[] = [
    { value: "figures", label: "Figures" },
    { value: "results", label: "Results" },
  ];
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label="Lines"
        data={lines}
        value={view.by}
        onChange={(by) => put({ by, sort: null })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Columns"
        data={shows}
        value={view.shows}
        onChange={(show) => put({ show, sort: null })}
      />
    </Group>
  );
}

interface RowProps {
  line: Line;
  columns: Column[];
  view: View;
  times: Times;
}

function LineRow({ line, columns, view, times }: RowProps) {
  const { services } = useSession();
  const { start, service, figures } = line;
  const name = services.find((each) => each.name === service)?.display_name || service;
  return (
    <Table.Tr>
      {start && (
        <Table.Th scope="row" className={classes.name}>
          {periodName(start, view.per, times)}
        </Table.Th>
      )}
      {service && (
        <Table.Th scope="row" className={classes.name}>
          {name}
          {line.isPractice && (
            <Badge ml={6} size="xs" variant="default">
              Practice
            </Badge>
          )}
        </Table.Th>
      )}
      <Cells columns={columns} figures={figures} />
    </Table.Tr>
  );
}

function Total({ columns, totals }: { columns: Column[]; totals: Figures }) {
  const names = columns.filter(({ isText }) => isText).length;
  return (
    <Table.Tr className={classes.sum}>
      <Table.Th scope="row" colSpan={names}>
        Total
      </Table.Th>
      <Cells columns={columns} figures={totals} />
    </Table.Tr>
  );
}

function Cells({ columns, figures }: { columns: Column[]; figures: Figures }) {
  return columns
    .filter(({ isText }) => !isText)
    .map(({ name, told }) => {
      const text = told(figures);
      const isNone = text === "0" || text === "-";
      return (
        <Table.Td key={name} className={`${classes.number} ${isNone ? classes.none : ""}`}>
          {text}
        </Table.Td>
      );
    });
}
