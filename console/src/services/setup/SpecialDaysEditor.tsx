import { Button, Checkbox, NumberInput, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { TableHead } from "../../components/TableHead";
import { countryName, CountrySelect } from "../places";
import { type EditorProps, replaced, without } from "./editor";
import { numberOf } from "./Fields";
import { Ranges } from "./Ranges";
import { RemoveButton } from "./RemoveButton";
import classes from "./setup.module.css";
import { rangesText } from "./shown";

type Day = EditorProps["values"]["special_days"][number];

const MOST = 1_000;
const SHOWN_AT_ONCE = 50;

/** Days with hours of their own, and the public holidays of a place. */
export default function SpecialDaysEditor(props: EditorProps) {
  return (
    <Stack gap="lg" mb="md">
      <Holidays {...props} />
      <Days {...props} />
    </Stack>
  );
}

function Holidays({ values: { public_holidays: where }, set, problems, isReadOnly }: EditorProps) {
  if (isReadOnly) {
    const place = where && `${countryName(where.country)}${where.subdivision ? `, ${where.subdivision}` : ""}`;
    return (
      <Text>{place ? `Closed on the public holidays of ${place}.` : "Public holidays are days like others."}</Text>
    );
  }
  return (
    <section className={classes.group} aria-label="Public holidays">
      <h3>Public holidays</h3>
      <div className={classes.fields}>
        <CountrySelect
          label="Closed on the public holidays of"
          description="None: they are days like others. A special day of the same date goes before."
          value={where?.country ?? null}
          error={problems.public_holidays}
          onChange={(country) => set({ public_holidays: country ? { country } : null })}
        />
        {where && (
          <TextInput
            label="Part of the country"
            description="Its code, such as BY, where holidays differ; or nothing."
            value={where.subdivision ?? ""}
            onChange={(event) =>
              set({ public_holidays: { ...where, subdivision: event.currentTarget.value.trim() || null } })
            }
          />
        )}
      </div>
    </section>
  );
}

function Days({ values: { special_days: days }, set, problems, isReadOnly }: EditorProps) {
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const put = (index: number, some: Partial<Day>) =>
    set({ special_days: replaced(days, index, { ...days[index]!, ...some }) });
  const add = () => {
    set({ special_days: [...days, { date: "", name: "", yearly: false, ranges: [], slot_capacity: null }] });
    setShown(Math.max(shown, days.length + 1));
  };
  return (
    <section aria-label="Special days">
      <h3 className={classes.heading}>Days with hours of their own</h3>
      {days.length > 0 ? (
        <Table.ScrollContainer
          minWidth={860}
          type="native"
          scrollAreaProps={{ tabIndex: 0, "aria-label": "Special days" }}
        >
          <Table className={classes.table} aria-label="Special days" highlightOnHover={false}>
            <TableHead columns={["Date", "Name", "Yearly", "Hours", "Capacity per slot"]} hasActions={!isReadOnly} />
            <Table.Tbody>
              {days
                .slice(0, shown)
                .map((day, index) =>
                  isReadOnly ? (
                    <ReadDay key={index} day={day} />
                  ) : (
                    <DayRow
                      key={index}
                      {...{ day, index, problems }}
                      put={(some) => put(index, some)}
                      remove={() => set({ special_days: without(days, index) })}
                    />
                  ),
                )}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <Text size="sm" c="dimmed" mb="xs">
          None.
        </Text>
      )}
      {days.length > shown && (
        <Button variant="default" size="xs" mr="xs" onClick={() => setShown(days.length)}>
          Show all {days.length}
        </Button>
      )}
      {!isReadOnly && days.length < MOST && (
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          Add Day
        </Button>
      )}
    </section>
  );
}

function ReadDay({ day }: { day: Day }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{day.date}</Table.Th>
      <Table.Td>{day.name}</Table.Td>
      <Table.Td>{day.yearly ? "yes" : "no"}</Table.Td>
      <Table.Td>{rangesText(day.ranges)}</Table.Td>
      <Table.Td>{day.slot_capacity ?? "as on other days"}</Table.Td>
    </Table.Tr>
  );
}

interface DayProps {
  day: Day;
  index: number;
  problems: EditorProps["problems"];
  put: (some: Partial<Day>) => void;
  remove: () => void;
}

function DayRow({ day, index, problems, put, remove }: DayProps) {
  const of = day.name || day.date || `special day ${index + 1}`;
  return (
    <Table.Tr>
      <Table.Td>
        <TextInput
          type="date"
          size="xs"
          aria-label={`Date of ${of}`}
          value={day.date}
          error={problems[`day.${index}.date`]}
          onChange={(event) => put({ date: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          size="xs"
          maxLength={200}
          aria-label={`Name of ${day.date || of}`}
          value={day.name}
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td>
        <Checkbox
          mt={4}
          size="sm"
          aria-label={`Each year: ${of}`}
          checked={day.yearly}
          onChange={(event) => put({ yearly: event.currentTarget.checked })}
        />
      </Table.Td>
      <Table.Td>
        <Ranges
          of={of}
          ranges={day.ranges}
          onChange={(ranges) => put({ ranges })}
          problems={problems}
          place={`day.${index}`}
        />
      </Table.Td>
      <Table.Td>
        <NumberInput
          size="xs"
          w="8rem"
          hideControls
          aria-label={`Capacity per slot: ${of}`}
          placeholder="as on others"
          value={day.slot_capacity ?? ""}
          error={problems[`day.${index}.capacity`]}
          onChange={(typed) => put({ slot_capacity: numberOf(typed, true) })}
        />
      </Table.Td>
      <Table.Td>
        <RemoveButton what={of} onClick={remove} />
      </Table.Td>
    </Table.Tr>
  );
}
