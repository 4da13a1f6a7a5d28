import { TextInput } from "@mantine/core";
import type { ReactNode } from "react";

import { withTimes } from "../../../components/instants";
import { type Times, useTimes } from "../../../components/times";
import { whenName } from "../../../components/zones";
import type { NumberCheck } from "./queries";

interface Props {
  value: string;
  onChange: (value: string) => void;
  check: NumberCheck | null;
  /** Why it was refused when it was sent, or that it is missing. */
  refusal: ReactNode;
}

/** A telephone number, which is tried while it is typed: how it reads, or why it cannot be called. */
export function NumberField({ value, onChange, check, refusal }: Props) {
  const { shown } = useTimes();
  const isRefused = check !== null && !check.is_permitted;
  return (
    <TextInput
      label="Customer Number"
      type="tel"
      inputMode="tel"
      autoComplete="off"
      withAsterisk
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={refusal || (isRefused && whyNot(check, shown))}
      description={
        <span role="status">
          {check?.is_permitted
            ? readAs(check, shown)
            : "With its country code, or as it is dialled in the service's country"}
        </span>
      }
      inputWrapperOrder={["label", "input", "error", "description"]}
    />
  );
}

function whyNot({ reasons, phone_number_formatted: number }: NumberCheck, shown: Times): string {
  const why =
    reasons.find(({ rule, is_passed }) => !is_passed && rule !== "calling-hours")?.text ?? "it may not be called";
  return withTimes(number ? `${number} cannot be called: ${why}` : why, shown);
}

function readAs(check: NumberCheck, shown: Times): string {
  const region = check.country ? `, ${regionName(check.country)}` : "";
  const number = `${check.phone_number_formatted ?? check.phone_number}${region}`;
  if (check.calling_allowed_now) {
    return number;
  }
  return check.next_allowed_at
    ? `${number}. May be called from ${whenName(check.next_allowed_at, shown)} on: before, it is outside the customer's calling hours`
    : `${number}. It is not known when it may be called: the number does not tell the customer's time zone`;
}

function regionName(country: string): string {
  return new Intl.DisplayNames("en", { type: "region", fallback: "code" }).of(country) ?? country;
}
