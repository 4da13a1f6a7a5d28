import { Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { api, data } from "../api/client";
import { Failure } from "../components/Failure";

interface Props {
  name: string;
  /** Whether it was done already, a moment ago. */
  isDone: boolean;
  onGiven: (password: string) => void;
}

/** Gives a user a new password; asked twice, because it ends their sessions. */
export function ResetPassword({ name, isDone, onGiven }: Props) {
  const [asked, setAsked] = useState<"not" | "now" | "before">(isDone ? "before" : "not");
  const reset = useMutation({
    mutationFn: () =>
      data(api.POST("/api/v1/users/{user_name}/reset-password", { params: { path: { user_name: name } } })),
    onSuccess: ({ password }) => onGiven(password),
  });
  if (asked !== "now") {
    return (
      <Button variant="subtle" color="red" autoFocus={asked === "before"} onClick={() => setAsked("now")}>
        Reset Password
      </Button>
    );
  }
  return (
    <Group gap="xs">
      <Failure of={reset.error} />
      <Text size="sm">It ends their sessions.</Text>
      <Button color="red" size="compact-sm" loading={reset.isPending} onClick={() => reset.mutate()}>
        Reset it
      </Button>
      <Button variant="default" size="compact-sm" autoFocus onClick={() => setAsked("before")}>
        Keep it
      </Button>
    </Group>
  );
}
