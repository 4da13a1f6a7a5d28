import { NumberInput, Table, Text } from "@mantine/core";

import { TableHead } from "../../components/TableHead";
import { duration } from "../../components/times";
import { type EditorProps, omitted } from "./editor";
import { FieldGroup, numberOf } from "./Fields";
import { REGULAR } from "./outcomes";
import { DIAL_ATTEMPTS } from "./settings";
import classes from "./setup.module.css";

type Regular = (typeof REGULAR)[number];
type Choice = EditorProps["values"]["retries"][string];

/** How often and after how long each outcome is tried again. */
export default function RetriesEditor(props: EditorProps) {
  const { values, set, problems, isReadOnly } = props;
  const put = (outcome: string, some: Choice) => {
    const { limit, delay_seconds: delay } = { ...values.retries[outcome], ...some };
    const others = omitted(values.retries, outcome);
    // What is empty is as usual, and not said.
    const said = { ...(limit == null ? {} : { limit }), ...(delay == null ? {} : { delay_seconds: delay }) };
    set({ retries: Object.keys(said).length > 0 ? { ...others, [outcome]: said } : others });
  };
  return (
    <>
      <FieldGroup group={{ title: "Retries", fields: [DIAL_ATTEMPTS] }} {...props} />
      <Text size="sm" c="dimmed" mb="xs">
        What is empty is as usual. A limit of 0 does not try again. Outcomes that do not count are not the
        customer&apos;s doing and leave the attempts in all as they are.
      </Text>
      <Table.ScrollContainer
        minWidth={720}
        type="native"
        scrollAreaProps={{ tabIndex: 0, "aria-label": "Retries" }}
        mb="md"
      >
        <Table className={classes.table} aria-label="Retries" maw="64rem" verticalSpacing={4}>
          <TableHead columns={["Outcome", "Tried again", "Limit (times)", "Delay (seconds)", "Counts"]} />
          <Table.Tbody>
            {REGULAR.map((regular) => (
              <OutcomeRow
                key={regular.outcome}
                {...{ regular, problems, isReadOnly, put }}
                choice={values.retries[regular.outcome]}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

interface RowProps {
  regular: Regular;
  choice?: Choice;
  problems: EditorProps["problems"];
  isReadOnly: boolean;
  put: (outcome: string, some: Choice) => void;
}

function OutcomeRow({ regular, choice, problems, isReadOnly, put }: RowProps) {
  const { outcome, means, counts } = regular;
  const limit = choice?.limit ?? regular.limit;
  const delay = choice?.delay_seconds ?? regular.delay;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {outcome}
        <div className={classes.about}>{means}</div>
      </Table.Th>
      <Table.Td>
        {limit === 0
          ? "no"
          : `${limit === null ? "yes" : limit === 1 ? "once" : `${limit} times`}, after ${duration(delay)}`}
      </Table.Td>
      <Table.Td>
        <Setting
          {...{ isReadOnly }}
          label={`${outcome}: limit`}
          value={choice?.limit}
          usual={regular.limit === null ? "no limit" : String(regular.limit)}
          error={problems[`retries.${outcome}.limit`]}
          onChange={(value) => put(outcome, { limit: value })}
        />
      </Table.Td>
      <Table.Td>
        <Setting
          {...{ isReadOnly }}
          label={`${outcome}: delay in seconds`}
          value={choice?.delay_seconds}
          usual={String(regular.delay)}
          error={problems[`retries.${outcome}.delay`]}
          onChange={(value) => put(outcome, { delay_seconds: value })}
        />
      </Table.Td>
      <Table.Td>{counts ? "yes" : "no"}</Table.Td>
    </Table.Tr>
  );
}

interface SettingProps {
  label: string;
  value?: number | null;
  usual: string;
  error?: string;
  isReadOnly: boolean;
  onChange: (value: number | null) => void;
}

function Setting({ label, value, usual, error, isReadOnly, onChange }: SettingProps) {
  if (isReadOnly) {
    return value ?? <span className={classes.about}>as usual: {usual}</span>;
  }
  return (
    <NumberInput
      size="xs"
      w="9rem"
      hideControls
      allowDecimal={false}
      aria-label={label}
      placeholder={`as usual: ${usual}`}
      value={value ?? ""}
      error={error}
      onChange={(typed) => onChange(numberOf(typed, true))}
    />
  );
}
