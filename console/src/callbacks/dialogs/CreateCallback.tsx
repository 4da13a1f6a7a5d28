import { Button, Group, Input, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useState } from "react";

import { api, data } from "../../api/client";
import { useCreation } from "../../api/creation";
import { useSession } from "../../api/session";
import { Dialog } from "../../components/Dialog";
import { useServiceOptions } from "../../components/serviceOptions";
import { useTimes } from "../../components/times";
import { type Fields, hasDataProblem, isComplete, type Kind, NOTHING_YET, requestOf } from "./create/fields";
import { MoreFields } from "./create/MoreFields";
import { NumberField } from "./create/NumberField";
import { useNumberCheck, useOffer } from "./create/queries";
import { WaitNow } from "./create/WaitNow";
import type { Callback } from "../model";
import { Refusal } from "./Refusal";
import { refusalOf, refusedAt } from "./refusals";
import { SlotPicker } from "../slots/SlotPicker";

interface Props {
  onClose: () => void;
  onCreated: (callback: Callback) => void;
}

const KINDS = [
  { value: "immediate", label: "Immediate" },
  { value: "scheduled", label: "Scheduled" },
];

export default function CreateCallback({ onClose, onCreated }: Props) {
  return (
    <Dialog title="Create Callback" size="lg" onClose={onClose} closeOnClickOutside={false}>
      <Form onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

function useForm({ onClose, onCreated }: Props) {
  const { services } = useSession();
  const [fields, setFields] = useState<Fields>({
    ...NOTHING_YET,
    service: services.length === 1 ? (services[0]?.name ?? null) : null,
  });
  const [wasTried, setTried] = useState(false);
  const [isMoreOpen, setMoreOpen] = useState(false);
  const check = useNumberCheck(fields.service, fields.number);
  const offer = useOffer(
    fields.kind === "immediate" ? fields.service : null,
    check?.is_permitted ? check.phone_number : null,
  );
  const creation = useCreation(
    (body: ReturnType<typeof requestOf>, key) =>
      data(api.POST("/api/v1/callbacks", { body, params: { header: { "Idempotency-Key": key } } })),
    (callback) => {
      onCreated(callback);
      onClose();
    },
  );
  const change = (some: Partial<Fields>) => {
    setFields((before) => ({ ...before, ...some }));
    creation.forget();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    // What is wrong is to be seen.
    setMoreOpen(isMoreOpen || hasDataProblem(fields.data));
    if (isComplete(fields)) {
      creation.create(JSON.stringify(requestOf(fields, null)), requestOf(fields, offer.data?.id ?? null));
    }
  };
  return { fields, wasTried, isMoreOpen, setMoreOpen, check, offer, creation, change, submit };
}

function Form(props: Props) {
  const { shown } = useTimes();
  const options = useServiceOptions();
  const { fields, wasTried, isMoreOpen, setMoreOpen, check, offer, creation, change, submit } = useForm(props);
  const { error } = creation;
  const atService = refusedAt("service", error);
  const atNumber = refusedAt("number", error);
  const schedule = () => change({ kind: "scheduled" });
  const pick = (slot: string) => change({ kind: "scheduled", slot });
  const isScheduled = fields.kind === "scheduled";
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <KindChoice kind={fields.kind} onChange={(kind) => change({ kind })} />
        <Select
          label="Service Type"
          placeholder="Choose a service"
          data-autofocus={!fields.service || undefined}
          data={options}
          value={fields.service}
          onChange={(service) => change({ service, slot: null })}
          searchable
          withAsterisk
          allowDeselect={false}
          limit={100}
          nothingFoundMessage="No service of yours has this name"
          error={atService ? refusalOf(atService, shown) : wasTried && !fields.service && "Choose a service"}
        />
        <Group grow align="flex-start" gap="sm">
          <NumberField
            value={fields.number}
            onChange={(number) => change({ number })}
            check={check}
            refusal={
              atNumber ? refusalOf(atNumber, shown) : wasTried && !fields.number.trim() && "Enter the number to call"
            }
          />
          <TextInput
            label="Customer Name"
            maxLength={200}
            autoComplete="off"
            value={fields.customerName}
            onChange={(event) => change({ customerName: event.currentTarget.value })}
          />
        </Group>
        {isScheduled && fields.service && (
          <SlotPicker
            service={fields.service}
            value={fields.slot}
            onChange={(slot) => change({ slot })}
            isMissing={wasTried}
          />
        )}
        {!isScheduled && !error && <WaitNow offer={offer} onSchedule={schedule} onPick={pick} />}
        <Refusal of={refusedAt("time", error)} onPick={pick} onSchedule={isScheduled ? undefined : schedule} />
        <More isOpen={isMoreOpen} onToggle={() => setMoreOpen(!isMoreOpen)}>
          <MoreFields fields={fields} onChange={change} />
        </More>
        <Refusal of={refusedAt("form", error)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Back
          </Button>
          <Button type="submit" loading={creation.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function KindChoice({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  return (
    <Input.Wrapper label="Callback Type" labelElement="div">
      <SegmentedControl
        aria-label="Callback Type"
        data={KINDS}
        value={kind}
        onChange={(chosen) => onChange(chosen as Kind)}
        fullWidth
      />
    </Input.Wrapper>
  );
}

function More({ isOpen, onToggle, children }: { isOpen: boolean; onToggle: () => void; children: ReactNode }) {
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <Group>
        <Button
          size="xs"
          variant="subtle"
          leftSection={<Icon size={14} aria-hidden />}
          aria-expanded={isOpen}
          onClick={onToggle}
        >
          More
        </Button>
      </Group>
      {isOpen && children}
    </>
  );
}
