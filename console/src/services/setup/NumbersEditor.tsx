import { Button, MultiSelect, NativeSelect, Stack, Switch, Table, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useKept } from "../../components/kept";
import { TableHead } from "../../components/TableHead";
import { allCountries, countryName } from "../places";
import { type EditorProps, replaced, without } from "./editor";
import { TimeInput } from "./Ranges";
import { RemoveButton } from "./RemoveButton";
import classes from "./setup.module.css";

type Pattern = EditorProps["values"]["number_rules"]["blocked"][number];

const MOST = 1_000;
const SHOWN_AT_ONCE = 100;
const KINDS = [
  { value: "PREFIX", label: "PREFIX: begins with" },
  { value: "WILDCARD", label: "WILDCARD: is, with * and ?" },
  { value: "REGEX", label: "REGEX: has in it" },
];

/** Which numbers are called, and at which hours of the customer's day. */
export default function NumbersEditor(props: EditorProps) {
  return (
    <Stack gap="lg" mb="md">
      <Text size="sm" c="dimmed">
        Checked when a callback is created and again before each dial. Impossible and premium rate numbers are never
        called.
      </Text>
      <Countries {...props} />
      <Blocked {...props} />
      <CallingHours {...props} />
    </Stack>
  );
}

function Countries({ values: { number_rules: rules }, set, isReadOnly }: EditorProps) {
  const { permitted_countries: permitted } = rules;
  if (isReadOnly) {
    return <Text>Permitted countries: {permitted.map(countryName).join(", ") || "all"}</Text>;
  }
  const known = [{ value: "001", label: countryName("001") }, ...allCountries()];
  const others = permitted.filter((code) => !known.some(({ value }) => value === code));
  return (
    <MultiSelect
      maw="48rem"
      label="Permitted countries"
      description="The country that the number belongs to, not only its country code. Empty: all. 001 is for numbers of no country, such as freephone and satellite."
      data={[...known, ...others.map((value) => ({ value, label: value }))]}
      searchable
      clearable
      clearButtonProps={{ "aria-label": "Clear permitted countries" }}
      limit={60}
      value={permitted}
      onChange={(codes) => set({ number_rules: { ...rules, permitted_countries: codes } })}
    />
  );
}

function Blocked({ values: { number_rules: rules }, set, problems, isReadOnly }: EditorProps) {
  const { blocked } = rules;
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const put = (patterns: Pattern[]) => set({ number_rules: { ...rules, blocked: patterns } });
  const add = () => {
    put([...blocked, { kind: "PREFIX", pattern: "", note: "" }]);
    setShown(Math.max(shown, blocked.length + 1));
  };
  return (
    <section aria-label="Blocked patterns">
      <h3 className={classes.heading}>Blocked patterns</h3>
      {blocked.length === 0 && (
        <Text size="sm" c="dimmed" mb="xs">
          Nothing is blocked.
        </Text>
      )}
      {blocked.length > 0 && (
        <Table className={classes.table} aria-label="Blocked patterns" highlightOnHover={false} maw="60rem" mb="xs">
          <TableHead
            columns={["Kind", "Pattern, as +, country code, number", "Note, which the refusal tells"]}
            hasActions={!isReadOnly}
          />
          <Table.Tbody>
            {blocked.slice(0, shown).map((pattern, index) =>
              isReadOnly ? (
                <Table.Tr key={index}>
                  <Table.Td>{pattern.kind}</Table.Td>
                  <Table.Td>{pattern.pattern}</Table.Td>
                  <Table.Td>{pattern.note}</Table.Td>
                </Table.Tr>
              ) : (
                <PatternRow
                  key={index}
                  {...{ pattern, index, problems }}
                  put={(some) => put(replaced(blocked, index, { ...pattern, ...some }))}
                  remove={() => put(without(blocked, index))}
                />
              ),
            )}
          </Table.Tbody>
        </Table>
      )}
      {blocked.length > shown && (
        <Button variant="default" size="xs" mr="xs" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
          Show {Math.min(SHOWN_AT_ONCE, blocked.length - shown)} more of {blocked.length}
        </Button>
      )}
      {!isReadOnly && blocked.length < MOST && (
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          Block Pattern
        </Button>
      )}
    </section>
  );
}

interface RowProps {
  pattern: Pattern;
  index: number;
  problems: EditorProps["problems"];
  put: (some: Partial<Pattern>) => void;
  remove: () => void;
}

function PatternRow({ pattern, index, problems, put, remove }: RowProps) {
  const which = `Pattern ${index + 1}`;
  return (
    <Table.Tr>
      <Table.Td>
        <NativeSelect
          size="xs"
          aria-label={`${which}: kind`}
          data={KINDS}
          value={pattern.kind}
          onChange={(event) => put({ kind: event.currentTarget.value as Pattern["kind"] })}
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          size="xs"
          aria-label={`${which}: pattern`}
          value={pattern.pattern}
          error={problems[`blocked.${index}`]}
          onChange={(event) => put({ pattern: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td>
        <TextInput
          size="xs"
          aria-label={`${which}: note`}
          value={pattern.note}
          error={problems[`blocked.${index}.note`]}
          onChange={(event) => put({ note: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td>
        <RemoveButton what={`${which} ${pattern.pattern}`} onClick={remove} />
      </Table.Td>
    </Table.Tr>
  );
}

const USUAL_HOURS = { starts: "08:00", ends: "21:00" };

function CallingHours({ values: { calling_hours: hours }, set, problems, isReadOnly }: EditorProps) {
  const kept = useKept(hours, USUAL_HOURS);
  const put = (some: Partial<NonNullable<typeof hours>>) => hours && set({ calling_hours: { ...hours, ...some } });
  return (
    <section aria-label="Calling hours">
      <h3 className={classes.heading}>Calling hours</h3>
      {isReadOnly ? (
        <Text>
          {hours
            ? `Customers are called from ${hours.starts} to ${hours.ends} by their own clock.`
            : "Customers are called at any hour of their day."}
        </Text>
      ) : (
        <Stack gap="xs">
          <Switch
            label="Call only at these hours of the customer's own day"
            description="By the time zone that the customer stated, else by all in which the number may be."
            checked={hours !== null}
            onChange={(event) => set({ calling_hours: event.currentTarget.checked ? kept : null })}
          />
          {hours && (
            <div className={classes.range}>
              <TimeInput label="Calling hours: from" value={hours.starts} onChange={(starts) => put({ starts })} />
              to
              <TimeInput label="Calling hours: to" value={hours.ends} onChange={(ends) => put({ ends })} />
            </div>
          )}
          {problems.calling_hours && (
            <div className={classes.error} role="alert">
              {problems.calling_hours}
            </div>
          )}
        </Stack>
      )}
    </section>
  );
}
