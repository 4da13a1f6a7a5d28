import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../api/client";
import { type Session, useBegin } from "../api/session";
import { Failure } from "../components/Failure";
import { Mark } from "./Mark";

/** Somebody whose password was given to them chooses one of their own before anything else. */
export function ChangePassword({ session }: { session: Session }) {
  const begin = useBegin();
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [repeated, setRepeated] = useState("");
  const differs = repeated !== "" && repeated !== wanted;
  const change = useMutation({
    mutationFn: async () => {
      await api.POST("/api/v1/session/password", { body: { current_password: current, new_password: wanted } });
      return data(api.GET("/api/v1/session"));
    },
    onSuccess: begin,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending && wanted === repeated) {
      change.mutate();
    }
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper component="form" withBorder p="xl" w="100%" maw="26rem" onSubmit={submit}>
        <Stack gap="md">
          <Mark />
          <Title order={1}>Choose a password of your own</Title>
          <Text c="dimmed">
            The one that you have, {session.user.display_name || session.user.name}, is known to somebody else.
          </Text>
          <Failure of={change.error} />
          <input type="hidden" name="username" autoComplete="username" value={session.user.name} readOnly />
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            autoFocus
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters"
            autoComplete="new-password"
            required
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password, once more"
            autoComplete="new-password"
            required
            value={repeated}
            error={differs ? "The two differ" : undefined}
            onChange={(event) => setRepeated(event.currentTarget.value)}
          />
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
