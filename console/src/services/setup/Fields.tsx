import { NumberInput, Select, Switch, TextInput } from "@mantine/core";

import { useTrunks } from "../data";
import { CountrySelect, ZoneSelect } from "../places";
import type { EditorProps } from "./editor";
import type { Field, Group, NumberField } from "./kinds";
import { fieldText } from "./shown";
import classes from "./setup.module.css";
import { duration } from "../../components/times";

// What a setting means stands beneath it, so that inputs beside each other are on one line.
const ORDER: ("label" | "input" | "error" | "description")[] = ["label", "input", "error", "description"];

/** A group of settings: with inputs, or as they are. */
export function FieldGroup({ group, ...props }: EditorProps & { group: Group }) {
  return (
    <section className={classes.group} aria-label={group.title}>
      <h3>{group.title}</h3>
      {props.isReadOnly ? (
        <dl className={classes.list}>
          {group.fields.map((field) => (
            <Told key={field.key} field={field} text={fieldText(field, props.values)} />
          ))}
        </dl>
      ) : (
        <div className={classes.fields}>
          {group.fields.map((field) => (
            <FieldInput key={field.key} field={field} {...props} />
          ))}
        </div>
      )}
    </section>
  );
}

function Told({ field, text }: { field: Field; text: string }) {
  return (
    <div>
      <dt>{field.label}</dt>
      <dd>
        {text}
        <div className={classes.about}>{field.about}</div>
      </dd>
    </div>
  );
}

function FieldInput({ field, values, set, problems }: EditorProps & { field: Field }) {
  const { key, label, about } = field;
  const common = { label, description: about, error: problems[key], inputWrapperOrder: ORDER };
  switch (field.kind) {
    case "number":
      return (
        <NumberSetting
          field={field}
          value={values[field.key]}
          error={problems[key]}
          onChange={(value) => set({ [key]: value })}
        />
      );
    case "text":
      return (
        <TextInput
          {...common}
          value={values[field.key]}
          required={field.isNeeded}
          onChange={(event) => set({ [key]: event.currentTarget.value })}
        />
      );
    case "switch":
      return (
        <Switch
          label={label}
          description={about}
          mt="lg"
          checked={values[field.key]}
          onChange={(event) => set({ [key]: event.currentTarget.checked })}
        />
      );
    case "choice": {
      const isNumber = typeof values[key] === "number";
      return (
        <Select
          {...common}
          data={field.options}
          allowDeselect={false}
          value={String(values[key])}
          onChange={(value) => value && set({ [key]: isNumber ? Number(value) : value })}
        />
      );
    }
    case "zone":
      return <ZoneSelect {...common} value={values.time_zone} onChange={(zone) => set({ time_zone: zone })} />;
    case "country":
      return (
        <CountrySelect
          {...common}
          value={values.default_region}
          onChange={(region) => set({ default_region: region })}
        />
      );
    case "trunk":
      return <TrunkSelect {...common} value={values.trunk} onChange={(trunk) => set({ trunk })} />;
  }
}

interface NumberSettingProps {
  field: NumberField;
  value: number | null;
  error?: string;
  onChange: (value: number | null) => void;
}

function NumberSetting({ field, value, error, onChange }: NumberSettingProps) {
  const isLong = field.unit === "seconds" && value !== null && value >= 90;
  const unit = isLong ? `seconds (${duration(value)})` : field.unit;
  return (
    <NumberInput
      label={field.label}
      description={field.about}
      error={error}
      inputWrapperOrder={ORDER}
      value={value === null || Number.isNaN(value) ? "" : value}
      thousandSeparator=","
      allowDecimal={false}
      allowNegative={field.low < 0}
      hideControls
      placeholder={field.isOptional ? "no limit" : undefined}
      rightSection={unit && <span className={classes.unit}>{unit}</span>}
      rightSectionWidth={isLong ? 170 : 84}
      onChange={(typed) => onChange(numberOf(typed, field.isOptional ?? false))}
    />
  );
}

/** What was typed into a number's field; not a number where one is needed and none is there. */
export function numberOf(typed: string | number, isOptional: boolean): number | null {
  const text = String(typed).trim();
  return text === "" ? (isOptional ? null : NaN) : Number(text);
}

interface TrunkSelectProps {
  label: string;
  description: string;
  error?: string;
  inputWrapperOrder: typeof ORDER;
  value: string;
  onChange: (trunk: string) => void;
}

function TrunkSelect({ value, onChange, ...props }: TrunkSelectProps) {
  const { data: trunks } = useTrunks();
  const names = [...new Set([value, ...(trunks ?? []).map(({ name }) => name)])];
  return (
    <Select {...props} data={names} value={value} allowDeselect={false} onChange={(name) => name && onChange(name)} />
  );
}
