import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { api, data } from "../../api/client";
import { ApiError, hasCode } from "../../api/problems";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { counted } from "../../components/numbers";
import { refreshLists, type Service, serviceKey } from "../data";
import classes from "./setup.module.css";

/** For administrators of all services: a service that no callback belongs to can be deleted. */
export function DeleteService({ service }: { service: Service }) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <section className={classes.group} aria-label="Delete">
      <h3>Delete</h3>
      <Text size="sm" c="dimmed" mb="xs">
        Possible while no callback belongs to it; else set its mode to CLOSED.
      </Text>
      <Button variant="default" size="xs" onClick={() => setIsAsking(true)}>
        Delete This Service
      </Button>
      {isAsking && <DeleteDialog service={service} onClose={() => setIsAsking(false)} />}
    </section>
  );
}

/** The refusal, with how many callbacks are in the way. */
async function withCount(error: unknown, name: string): Promise<unknown> {
  if (!hasCode(error, "service-in-use")) {
    return error;
  }
  const found = await data(api.GET("/api/v1/callbacks", { params: { query: { service: [name], limit: 1 } } }));
  const count = `${found.total_is_exact ? "" : "more than "}${counted(found.total, "callback")}`;
  const detail = `${count} ${found.total === 1 ? "belongs" : "belong"} to it, completed ones included: set its mode to CLOSED. Completed ones are removed two weeks after their time.`;
  return new ApiError({ ...error.problem, code: "service-in-use-counted", detail });
}

function DeleteDialog({ service: { name, display_name: shown }, onClose }: { service: Service; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: async () => {
      try {
        await api.DELETE("/api/v1/services/{service_name}", { params: { path: { service_name: name } } });
      } catch (error) {
        throw await withCount(error, name);
      }
    },
    onSuccess: () => {
      onClose();
      void navigate("/services", { replace: true });
      client.removeQueries({ queryKey: serviceKey(name) });
      refreshLists(client);
    },
  });
  return (
    <Dialog title={`Delete ${shown}`} onClose={onClose}>
      <Stack gap="md">
        <Text>The service, its hours and all its settings are deleted. This cannot be undone.</Text>
        <TextInput
          label={`Write its name, ${name}, to delete it`}
          data-autofocus
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Failure of={remove.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" disabled={typed !== name} loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete {name}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
