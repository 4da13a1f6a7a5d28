import { Button, NativeSelect, NumberInput, Table, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

import { TableHead } from "../../components/TableHead";
import { type EditorProps, replaced, without } from "./editor";
import { numberOf } from "./Fields";
import { TimeInput } from "./Ranges";
import { RemoveButton } from "./RemoveButton";
import classes from "./setup.module.css";
import { dayName, WEEKDAYS, type Weekday } from "./shown";

type Seats = EditorProps["values"]["weekly_capacity"][number];

/** Capacities of times of the week, which go before the service's own. */
export default function CapacityEditor({ values: { weekly_capacity: all }, set, problems, isReadOnly }: EditorProps) {
  const put = (index: number, some: Partial<Seats>) =>
    set({ weekly_capacity: replaced(all, index, { ...all[index]!, ...some }) });
  const add = () =>
    set({ weekly_capacity: [...all, { weekday: "MONDAY", starts: "09:00", ends: "12:00", capacity: 1 }] });
  return (
    <section className={classes.group} aria-label="Times of the week">
      <h3>Times of the week with a capacity of their own</h3>
      <Text size="sm" c="dimmed" mb="xs">
        A lower capacity takes no seat away from anybody: the slot is full until enough are given back.
      </Text>
      {all.length === 0 && isReadOnly && <Text size="sm">None.</Text>}
      {all.length > 0 && (
        <Table className={classes.table} aria-label="Weekly capacity" highlightOnHover={false} maw="44rem" mb="xs">
          <TableHead columns={["Day", "From and to", "Capacity per slot"]} hasActions={!isReadOnly} />
          <Table.Tbody>
            {all.map((seats, index) =>
              isReadOnly ? (
                <Table.Tr key={index}>
                  <Table.Td>{dayName(seats.weekday)}</Table.Td>
                  <Table.Td>
                    {seats.starts} to {seats.ends}
                  </Table.Td>
                  <Table.Td>{seats.capacity}</Table.Td>
                </Table.Tr>
              ) : (
                <SeatsRow
                  key={index}
                  {...{ seats, index, problems }}
                  put={(some) => put(index, some)}
                  remove={() => set({ weekly_capacity: without(all, index) })}
                />
              ),
            )}
          </Table.Tbody>
        </Table>
      )}
      {!isReadOnly && (
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          Add Time
        </Button>
      )}
    </section>
  );
}

interface RowProps {
  seats: Seats;
  index: number;
  problems: EditorProps["problems"];
  put: (some: Partial<Seats>) => void;
  remove: () => void;
}

function SeatsRow({ seats, index, problems, put, remove }: RowProps) {
  const which = `Time ${index + 1}`;
  const problem = problems[`seats.${index}`];
  return (
    <Table.Tr>
      <Table.Td>
        <NativeSelect
          size="xs"
          aria-label={`${which}: day`}
          data={WEEKDAYS.map((value) => ({ value, label: dayName(value) }))}
          value={seats.weekday}
          onChange={(event) => put({ weekday: event.currentTarget.value as Weekday })}
        />
      </Table.Td>
      <Table.Td>
        <div className={classes.range}>
          <TimeInput label={`${which}: starts`} value={seats.starts} onChange={(starts) => put({ starts })} />
          to
          <TimeInput label={`${which}: ends`} value={seats.ends} onChange={(ends) => put({ ends })} />
        </div>
        {problem && (
          <div className={classes.error} role="alert">
            {problem}
          </div>
        )}
      </Table.Td>
      <Table.Td>
        <NumberInput
          size="xs"
          w="8rem"
          hideControls
          aria-label={`${which}: capacity per slot`}
          value={Number.isNaN(seats.capacity) ? "" : seats.capacity}
          error={problems[`seats.${index}.capacity`]}
          onChange={(typed) => put({ capacity: numberOf(typed, false) ?? NaN })}
        />
      </Table.Td>
      <Table.Td>
        <RemoveButton what={`${which}, ${dayName(seats.weekday)}`} onClick={remove} />
      </Table.Td>
    </Table.Tr>
  );
}
