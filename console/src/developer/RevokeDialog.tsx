import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../api/client";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { KEYS } from "./data";

/** Ends a key for good, when it was said twice. */
export function RevokeDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.POST("/api/v1/api-keys/{key_name}/revoke", { params: { path: { key_name: name } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: KEYS });
      onClose();
    },
  });
  return (
    <Dialog title={`Revoke the API key ${name}`} onClose={onClose}>
      <Stack gap="md">
        <Text>Whatever uses it is refused from this moment on. It cannot be undone; its name stays taken.</Text>
        <Failure of={revoke.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={onClose}>
            Keep it
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke {name}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
