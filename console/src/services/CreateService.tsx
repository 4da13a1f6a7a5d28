import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";

import { conflict, orNull } from "../api/problems";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Failure";
import { nameProblem } from "../components/names";
import { VIEWER_ZONE } from "../components/times";
import { readService, refreshLists, saveService } from "./data";
import { CountrySelect, ZoneSelect } from "./places";

/** A new service: what cannot be guessed; all else begins with the defaults. */
export default function CreateService({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [shown, setShown] = useState("");
  const [zone, setZone] = useState(VIEWER_ZONE);
  const [region, setRegion] = useState<string | null>(null);
  const problem = nameProblem(name);
  const create = useMutation({
    mutationFn: async () => {
      if (await orNull(readService(name))) {
        throw conflict("name-taken", `There is a service ${name} already. Choose another name, or open that one.`);
      }
      return saveService(name, { display_name: shown.trim() || name, time_zone: zone, default_region: region });
    },
    onSuccess: () => {
      refreshLists(client);
      onClose();
      void navigate(`/services/${encodeURIComponent(name)}/general`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!create.isPending && name && !problem) {
      create.mutate();
    }
  };
  return (
    <Dialog title="Create Service" onClose={onClose} closeOnClickOutside={false}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            label="Name"
            description="What programs call it, and its address. It stays."
            required
            data-autofocus
            value={name}
            error={problem}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Display Name"
            description="What people see; the name unless given."
            maxLength={200}
            value={shown}
            onChange={(event) => setShown(event.currentTarget.value)}
          />
          <ZoneSelect value={zone} onChange={setZone} />
          <CountrySelect
            label="Default Region"
            description="Whose national numbers it understands. None: numbers need their country code."
            value={region}
            onChange={setRegion}
          />
          <Failure of={create.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!name || problem !== null}>
              Create Service
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
