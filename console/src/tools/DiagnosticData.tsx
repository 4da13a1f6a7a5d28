import { Code, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { callbackKey } from "../callbacks/latest";
import { Copy } from "../components/Copy";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import classes from "./Search.module.css";

async function read(id: string): Promise<string> {
  const params = { path: { callback_id: id } };
  const [callback, trace] = await Promise.all([
    data(api.GET("/api/v1/callbacks/{callback_id}", { params })),
    data(api.GET("/api/v1/callbacks/{callback_id}/metrics", { params })),
  ]);
  return JSON.stringify({ callback, trace }, null, 2);
}

/** Everything that is known of a callback, as the API has it, to be read or sent to somebody. */
export default function DiagnosticData({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: json, error } = useQuery({
    queryKey: [...callbackKey(id), "diagnostic"],
    queryFn: () => read(id),
    staleTime: 0,
  });
  return (
    <Dialog title="Diagnostic Data" size={860} onClose={onClose}>
      <Group justify="space-between" mb={6}>
        <Text size="sm" c="dimmed">
          Callback <span className={classes.id}>{id}</span>, and its whole trace
        </Text>
        {json && <Copy text={json} what="diagnostic data" isNamed />}
      </Group>
      <Failure of={error} />
      {json ? (
        <Code block className={classes.json} tabIndex={0} role="region" aria-label="Diagnostic data as JSON">
          {json}
        </Code>
      ) : (
        !error && <Skeleton h="24rem" />
      )}
    </Dialog>
  );
}
