import { Select, type SelectProps } from "@mantine/core";
import { useMemo } from "react";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
// Known to browsers, and no countries.
const NONE = new Set(["EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"]);
const NAMES = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** A country by its ISO 3166 code, such as Germany (DE). 001 is no country. */
export function countryName(code: string): string {
  if (code === "001") {
    return "No country (001)";
  }
  const name = /^[A-Z]{2}$/.test(code) ? NAMES.of(code) : undefined;
  return name ? `${name} (${code})` : code;
}

let countries: { value: string; label: string }[] | undefined;

/** Every country that the browser knows by an ISO 3166 code, by name. */
export function allCountries(): { value: string; label: string }[] {
  countries ??= LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .filter((code) => !NONE.has(code) && NAMES.of(code) && new Intl.Locale(`und-${code}`).region === code)
    .map((value) => ({ value, label: countryName(value) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  return countries;
}

const SHOWN_AT_ONCE = 60;

export function CountrySelect(props: Omit<SelectProps, "data">) {
  return (
    <Select
      data={allCountries()}
      searchable
      clearable
      clearButtonProps={{ "aria-label": "Clear" }}
      limit={SHOWN_AT_ONCE}
      nothingFoundMessage="No such country"
      placeholder="None"
      {...props}
    />
  );
}

/** An IANA time zone. */
export function ZoneSelect({
  value,
  onChange,
  ...props
}: { value: string; onChange: (zone: string) => void } & Omit<SelectProps, "data" | "value" | "onChange">) {
  const zones = useMemo(() => [...new Set(["UTC", value, ...Intl.supportedValuesOf("timeZone")])], [value]);
  return (
    <Select
      label="Time zone"
      description="The clock of its hours, slots and reports, and of customers who state none."
      data={zones}
      searchable
      allowDeselect={false}
      limit={SHOWN_AT_ONCE}
      nothingFoundMessage="No such time zone"
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      {...props}
    />
  );
}
