import { Button, PasswordInput, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../api/client";
import { useBegin } from "../api/session";
import { Failure } from "../components/Failure";

const SHORTEST = 10;

/** The password that one has, and the one that is wanted, twice. */
export function ChangePasswordForm({ user, onDone }: { user: string; onDone?: () => void }) {
  const begin = useBegin();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [repeated, setRepeated] = useState("");
  const isTooShort = wanted !== "" && wanted.length < SHORTEST;
  const differs = repeated !== "" && repeated !== wanted;
  const change = useMutation({
    mutationFn: async () => {
      await api.POST("/api/v1/session/password", { body: { current_password: current, new_password: wanted } });
      return data(api.GET("/api/v1/session"));
    },
    onSuccess: async (session) => {
      await begin(session);
      onDone?.();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending && wanted === repeated && !isTooShort) {
      change.mutate();
    }
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Failure of={change.error} />
      <input type="hidden" name="username" autoComplete="username" value={user} readOnly />
      <PasswordInput
        label="Present password"
        autoComplete="current-password"
        data-autofocus
        autoFocus
        required
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        label="New password"
        description={`At least ${SHORTEST} characters`}
        autoComplete="new-password"
        required
        error={isTooShort ? `That is ${wanted.length} of at least ${SHORTEST} characters` : undefined}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <PasswordInput
        label="New password, once more"
        autoComplete="new-password"
        required
        error={differs ? "The two differ" : undefined}
        value={repeated}
        onChange={(event) => setRepeated(event.currentTarget.value)}
      />
      <Button type="submit" loading={change.isPending}>
        Change Password
      </Button>
    </Stack>
  );
}
