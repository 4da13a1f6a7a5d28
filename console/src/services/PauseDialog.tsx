import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { conflict } from "../api/problems";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { counted, numeral } from "../components/numbers";
import { readService, refreshLists, saveService, serviceKey, type Status } from "./data";
import { MODE_MEANINGS } from "./words";

/** Stops or resumes the calling of a service, after it is said what that does. */
export default function PauseDialog({ status, onClose }: { status: Status; onClose: () => void }) {
  // What was asked for stays, although the service changes meanwhile.
  const [{ mode, service, display_name: name }] = useState(status);
  const client = useQueryClient();
  const isPausing = mode === "RUNNING";
  const change = useMutation({
    mutationFn: async () => {
      const { service: now, etag } = await readService(service);
      if (now.mode !== mode) {
        throw conflict(
          "service-mode-changed",
          `Somebody has made it ${now.mode} meanwhile. ${MODE_MEANINGS[now.mode]}`,
        );
      }
      return saveService(service, { mode: isPausing ? "PAUSED" : "RUNNING" }, etag);
    },
    onSuccess: (stored) => {
      client.setQueryData(serviceKey(service), stored);
      refreshLists(client);
      onClose();
    },
    onError: () => refreshLists(client),
  });
  return (
    <Dialog title={`${isPausing ? "Pause" : "Resume"} ${name}`} onClose={onClose}>
      <Stack gap="md">
        {isPausing ? <Pausing status={status} /> : <Resuming status={status} />}
        <Failure of={change.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={change.isPending} onClick={() => change.mutate()}>
            {isPausing ? "Pause" : "Resume"}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Pausing({ status: { waiting, routing, processing } }: { status: Status }) {
  const under = routing + processing;
  return (
    <Stack gap="xs">
      <Text>
        Nobody is called any more until it is resumed.{" "}
        {waiting === 0
          ? "Nobody waits now."
          : waiting === 1
            ? "The 1 that waits keeps its place."
            : `The ${numeral(waiting)} that wait keep their places.`}{" "}
        New callbacks are still taken.
      </Text>
      <Text>
        {under > 0 && `${counted(under, "call")} under way ${under === 1 ? "goes" : "go"} on. `}
        What waits too long expires, as ever.
      </Text>
    </Stack>
  );
}

function Resuming({ status: { waiting, is_open: isOpen } }: { status: Status }) {
  const who =
    waiting === 0
      ? "Nobody waits now"
      : waiting === 1
        ? "The 1 that waits is called"
        : `The ${numeral(waiting)} that wait are called`;
  return (
    <Text>
      {waiting === 0
        ? `${who}; who asks from now on is called.`
        : `${who} in order of their places, ${isOpen ? "from now on" : "when the service opens"}.`}
    </Text>
  );
}
