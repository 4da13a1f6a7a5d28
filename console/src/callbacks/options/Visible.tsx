import { Checkbox, Text } from "@mantine/core";

import classes from "./Options.module.css";

interface Choice<Name extends string> {
  name: Name;
  label: string;
}

interface Props<Name extends string> {
  /** What they are, such as "state". */
  what: string;
  choices: Choice<Name>[];
  /** Null: all, also those to come. */
  chosen: Name[] | null;
  onChange: (chosen: Name[] | null) => void;
}

/** All of them, or some. */
export function Visible<Name extends string>({ what, choices, chosen, onChange }: Props<Name>) {
  const toggle = (name: Name) => {
    const former = chosen ?? choices.map((choice) => choice.name);
    const now = choices.map((choice) => choice.name).filter((each) => former.includes(each) !== (each === name));
    onChange(now.length === choices.length ? null : now);
  };
  return (
    <>
      <Checkbox
        size="sm"
        label="ALL"
        checked={chosen === null}
        indeterminate={!!chosen?.length}
        onChange={() => onChange(chosen === null ? [] : null)}
      />
      <div className={classes.choices}>
        {choices.map(({ name, label }) => (
          <Checkbox
            key={name}
            size="sm"
            label={label}
            checked={chosen?.includes(name) ?? true}
            onChange={() => toggle(name)}
          />
        ))}
      </div>
      {chosen?.length === 0 && (
        <Text c="var(--mantine-color-error)" size="sm" role="alert">
          Choose at least one {what}.
        </Text>
      )}
    </>
  );
}
