import { Button, Radio, Stack, Table, Text } from "@mantine/core";

import { useKept } from "../../components/kept";
import { type EditorProps, omitted } from "./editor";
import { Ranges } from "./Ranges";
import classes from "./setup.module.css";
import { dayName, rangesText, WEEKDAYS, type Weekday } from "./shown";

type Hours = NonNullable<EditorProps["values"]["hours"]>;

const WORK_DAYS = WEEKDAYS.slice(0, 5);
const USUAL: Hours = Object.fromEntries(WORK_DAYS.map((day) => [day, [{ opens: "09:00", closes: "17:00" }]]));

/** When a service is open, by weekday, on its own clock. */
export default function HoursEditor({ values: { hours, time_zone: zone }, set, problems, isReadOnly }: EditorProps) {
  const kept = useKept(hours, USUAL);
  const put = (day: Weekday, ranges: Hours[string]) => {
    const others = omitted(hours ?? {}, day);
    set({ hours: ranges.length > 0 ? { ...others, [day]: ranges } : others });
  };
  const copy = (from: Weekday) =>
    set({ hours: { ...hours, ...Object.fromEntries(WORK_DAYS.map((day) => [day, hours?.[from] ?? []])) } });
  return (
    <Stack gap="sm" mb="md" maw="48rem">
      <Text size="sm" c="dimmed">
        On the clock of {zone}. Nobody is called while it is closed. Hours that close before they open end on the next
        day.
      </Text>
      {isReadOnly ? (
        hours === null && <Text>Open at all hours, but for special days.</Text>
      ) : (
        <Radio.Group
          label="Open"
          value={hours ? "hours" : "always"}
          onChange={(value) => set({ hours: value === "always" ? null : kept })}
        >
          <Stack gap={6} mt={4}>
            <Radio value="always" label="At all hours, but for special days" />
            <Radio value="hours" label="At these hours" />
          </Stack>
        </Radio.Group>
      )}
      {hours && (
        <Table className={classes.table} aria-label="Weekly hours" highlightOnHover={false}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col" w="8rem">
                Day
              </Table.Th>
              <Table.Th scope="col">Hours</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {WEEKDAYS.map((day) => (
              <Table.Tr key={day}>
                <Table.Th scope="row">{dayName(day)}</Table.Th>
                <Table.Td>
                  {isReadOnly ? (
                    rangesText(hours[day] ?? [])
                  ) : (
                    <Ranges
                      of={dayName(day)}
                      ranges={hours[day] ?? []}
                      onChange={(ranges) => put(day, ranges)}
                      problems={problems}
                      place={`hours.${day}`}
                    />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {hours && !isReadOnly && (
        <div>
          <Button variant="default" size="xs" onClick={() => copy("MONDAY")}>
            Copy Monday to Tuesday until Friday
          </Button>
        </div>
      )}
    </Stack>
  );
}
