import { ActionIcon, Button, NativeSelect, NumberInput, Text, TextInput, Tooltip } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

import { newRange, type Offset, type RangeDraft, rangeProblems, type Unit } from "./draft";
import classes from "./Options.module.css";

interface Props {
  ranges: RangeDraft[];
  onChange: (ranges: RangeDraft[]) => void;
}

const MOST_RANGES = 50;

/** The ranges of the user's own. */
export function Ranges({ ranges, onChange }: Props) {
  return (
    <div className={classes.ranges}>
      {ranges.map((range) => (
        <RangeFields
          key={range.key}
          range={range}
          problems={rangeProblems(range, ranges)}
          onChange={(changed) => onChange(ranges.map((each) => (each.key === range.key ? changed : each)))}
          onRemove={() => onChange(ranges.filter(({ key }) => key !== range.key))}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        className={classes.add}
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={ranges.length >= MOST_RANGES}
        onClick={() => onChange([...ranges, newRange(ranges)])}
      >
        Add Range
      </Button>
    </div>
  );
}

interface FieldsProps {
  range: RangeDraft;
  problems: ReturnType<typeof rangeProblems>;
  onChange: (range: RangeDraft) => void;
  onRemove: () => void;
}

function RangeFields({ range, problems, onChange, onRemove }: FieldsProps) {
  const name = range.name || "the new range";
  return (
    <fieldset className={classes.range}>
      <legend className="visually-hidden">{range.name || "New range"}</legend>
      <TextInput
        size="xs"
        label="Name"
        value={range.name}
        error={range.name ? problems.name : undefined}
        autoFocus={!range.name}
        onChange={(event) => onChange({ ...range, name: event.currentTarget.value })}
      />
      <OffsetFields label="Start" offset={range.start} onChange={(start) => onChange({ ...range, start })} />
      <OffsetFields label="End" offset={range.end} onChange={(end) => onChange({ ...range, end })} />
      <Tooltip label={`Remove ${name}`}>
        <ActionIcon
          variant="subtle"
          color="red"
          size={30}
          className={classes.remove}
          aria-label={`Remove ${name}`}
          onClick={onRemove}
        >
          <IconTrash size={16} stroke={1.8} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Text c="var(--mantine-color-error)" size="xs" role="alert" className={classes.problem}>
        {problems.offsets ?? (range.name ? "" : problems.name)}
      </Text>
    </fieldset>
  );
}

interface OffsetProps {
  label: string;
  offset: Offset;
  onChange: (offset: Offset) => void;
}

function OffsetFields({ label, offset, onChange }: OffsetProps) {
  return (
    <div className={classes.offset}>
      <NumberInput
        size="xs"
        label={label}
        min={0}
        allowDecimal={false}
        allowNegative={false}
        value={offset.amount}
        onChange={(amount) => onChange({ ...offset, amount })}
      />
      <NativeSelect
        size="xs"
        aria-label={`${label}: unit`}
        value={offset.unit}
        data={["minutes", "hours", "days"]}
        onChange={(event) => onChange({ ...offset, unit: event.currentTarget.value as Unit })}
      />
      <NativeSelect
        size="xs"
        aria-label={`${label}: before or after now`}
        value={offset.side}
        data={[
          { value: "before", label: "before now" },
          { value: "after", label: "after now" },
        ]}
        onChange={(event) => onChange({ ...offset, side: event.currentTarget.value as Offset["side"] })}
      />
    </div>
  );
}
