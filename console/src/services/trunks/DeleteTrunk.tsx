import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { refreshLists, type Trunk } from "../data";

export function DeleteTrunk({ trunk: { name }, onClose }: { trunk: Trunk; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/v1/trunks/{trunk_name}", { params: { path: { trunk_name: name } } }),
    onSuccess: () => {
      refreshLists(client);
      onClose();
    },
  });
  return (
    <Dialog title={`Delete Trunk ${name}`} onClose={onClose}>
      <Stack gap="md">
        <Text>Possible while no service, and no call of the last days, goes through it.</Text>
        <Failure of={remove.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete {name}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
