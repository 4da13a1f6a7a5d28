import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api, data } from "../api/client";
import { useBegin } from "../api/session";
import { Failure } from "../components/Failure";

/** Name and password. `user`: who logs in again, and whose name is known therefore. */
export function LoginForm({ user }: { user?: string }) {
  const begin = useBegin();
  const [name, setName] = useState(user ?? "");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => data(api.POST("/api/v1/session", { body: { name, password } })),
    onSuccess: begin,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!login.isPending) {
      login.mutate();
    }
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Failure of={login.error} />
      <TextInput
        label="Name"
        name="username"
        autoComplete="username"
        data-autofocus={!user || undefined}
        autoFocus={!user}
        readOnly={!!user}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        name="password"
        autoComplete="current-password"
        data-autofocus={!!user || undefined}
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" loading={login.isPending}>
        Log in
      </Button>
    </Stack>
  );
}
