import { Group, MultiSelect, SegmentedControl, Select, TextInput } from "@mantine/core";

import { useSession } from "../api/session";
import classes from "./Reports.module.css";
import { daysIn, MOST_DAYS_PER_HOUR, OWN, type Put, RANGES, type View } from "./view";

interface Props {
  view: View;
  put: (some: Put) => void;
  wrong: string | null;
}

/** Which time, per hour or day, and which services. */
export function Filters({ view, put, wrong }: Props) {
  const isLong = wrong === null && daysIn(view.from, view.to) > MOST_DAYS_PER_HOUR;
  return (
    <search className={classes.filters} aria-label="What is counted">
      <Select
        size="xs"
        label="Time"
        data={[...RANGES.map(({ key, label }) => ({ value: key, label })), { value: OWN, label: "Own days" }]}
        value={view.range}
        allowDeselect={false}
        w="9.5rem"
        onChange={(range) => put(rangeChosen(range, view))}
      />
      {view.range === OWN && <OwnDays view={view} put={put} wrong={wrong} />}
      <div>
        <div className={classes.label} aria-hidden>
          Per
        </div>
        <SegmentedControl
          size="xs"
          aria-label="Per"
          value={view.per}
          data={[
            { value: "hour", label: "Hour", disabled: isLong },
            { value: "day", label: "Day" },
          ]}
          onChange={(per) => put({ per })}
        />
      </div>
      <Services view={view} put={put} />
    </search>
  );
}

// Own days begin with those that were shown. Per hour or day is what suits the new time, unless it is chosen again.
function rangeChosen(range: string | null, { from, to }: View): Put {
  return range === OWN ? { range, from, to } : { range, from: null, to: null, per: null };
}

function OwnDays({ view: { from, to }, put, wrong }: Props) {
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <TextInput
        size="xs"
        type="date"
        label="First day"
        value={from}
        max={to || undefined}
        onChange={(event) => put({ from: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="date"
        label="Last day"
        value={to}
        min={from || undefined}
        error={wrong}
        onChange={(event) => put({ to: event.currentTarget.value })}
      />
    </Group>
  );
}

function Services({ view, put }: Pick<Props, "view" | "put">) {
  const { services } = useSession();
  const names = new Set(services.map(({ name }) => name));
  // One that was deleted can still be named.
  const others = view.services.filter((name) => !names.has(name)).map((name) => ({ value: name, label: name }));
  const options = services.map(({ name, display_name: label }) => ({ value: name, label: label || name }));
  return (
    <MultiSelect
      size="xs"
      className={classes.services}
      label="Services"
      placeholder={view.services.length ? undefined : "All services"}
      data={[...options, ...others]}
      value={view.services}
      onChange={(service) => put({ service })}
      searchable
      clearable
      clearButtonProps={{ "aria-label": "All services" }}
      nothingFoundMessage="No service has such a name"
    />
  );
}
