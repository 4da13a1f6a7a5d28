import { Button, Group, List, Text, TextInput } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../../api/client";
import type { components } from "../../api/schema";
import { Failure } from "../../components/Failure";
import { withTimes } from "../../components/instants";
import { type Times, useTimes } from "../../components/times";
import { countryName } from "../places";
import classes from "./setup.module.css";

type Check = components["schemas"]["NumberCheck"];

/** Asks what the service makes of a number, without calling it. */
export function TryNumber({ service, isUnsaved }: { service: string; isUnsaved: boolean }) {
  const [number, setNumber] = useState("");
  const attempt = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/services/{service_name}/number-rules/test", {
          params: { path: { service_name: service } },
          body: { phone_number: number },
        }),
      ),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (number.trim() && !attempt.isPending) {
      attempt.mutate();
    }
  };
  return (
    <section className={classes.group} aria-label="Try a number">
      <h3>Try a number</h3>
      <form onSubmit={submit}>
        <Group align="flex-end" gap="xs" mb="xs">
          <TextInput
            label="Number"
            description={
              isUnsaved
                ? "By the rules as they are saved, not as typed above. Nothing is called."
                : "Nothing is called."
            }
            w="20rem"
            maxLength={200}
            value={number}
            onChange={(event) => setNumber(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={attempt.isPending} disabled={!number.trim()}>
            Try
          </Button>
        </Group>
      </form>
      <Failure of={attempt.error} />
      <div role="status">{attempt.data && <Answer check={attempt.data} />}</div>
    </section>
  );
}

function sentence(check: Check, times: Times): string {
  const number = check.phone_number_formatted ?? check.phone_number;
  const where = check.country ? ` of ${countryName(check.country)}` : "";
  if (!check.is_permitted) {
    const why = check.reasons.find(({ is_passed: isPassed }) => !isPassed)?.text;
    return `${number}${where} may not be called${why ? `: ${withTimes(why, times)}` : ""}.`;
  }
  if (check.calling_allowed_now) {
    return `${number}${where} may be called, also now.`;
  }
  return check.next_allowed_at
    ? `${number}${where} may be called, but not now: from ${times.day(check.next_allowed_at)} ${times.clock(check.next_allowed_at)} on.`
    : `${number}${where} may be called, but never at a permitted hour: state the customer's time zone.`;
}

function Answer({ check }: { check: Check }) {
  const { shown } = useTimes();
  return (
    <>
      <Text fw={600} mb={4}>
        {sentence(check, shown)}
      </Text>
      <List size="sm" listStyleType="none" spacing={2}>
        {check.reasons.map(({ rule, is_passed: isPassed, text }) => (
          <List.Item
            key={rule}
            icon={isPassed ? <IconCheck size={14} aria-label="Passed" /> : <IconX size={14} aria-label="Refused" />}
          >
            {withTimes(text, shown)}
          </List.Item>
        ))}
      </List>
    </>
  );
}
