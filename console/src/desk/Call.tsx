import { Alert, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import {
  IconCheck,
  IconExternalLink,
  IconHeadset,
  IconPhoneCalling,
  IconPhoneIncoming,
  IconWritingSign,
} from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { Copy } from "../components/Copy";
import { stopwatch, useSecond } from "../components/ticking";
import { useTimes } from "../components/times";
import { Customer } from "./Customer";
import { type Offer, type Unfinished } from "./data";
import classes from "./Desk.module.css";
import { FinishForm } from "./FinishForm";
import { OfferActions } from "./OfferActions";
import { connecting, dispositionName, stepsOf } from "./words";

interface Props {
  attempt: string;
  /** The call in hand, or what is left to say of one that is over. */
  offer: Offer | null;
  unfinished: Unfinished | null;
  tell: (text: string) => void;
}

// Less than this to answer is told by more than the numbers.
const HURRY_MS = 10_000;

const LOOKS = {
  OFFERED: { Icon: IconPhoneIncoming, label: "Call offered" },
  CONNECTING: { Icon: IconPhoneCalling, label: "Connecting" },
  TALKING: { Icon: IconHeadset, label: "You are talking" },
  WRAP_UP: { Icon: IconWritingSign, label: "The call is over" },
  LEFT: { Icon: IconWritingSign, label: "Not finished yet" },
} as const;

/** One call from its offer to the last word on it: always the same element, so that what is being typed stays. */
export function Call({ attempt, offer, unfinished, tell }: Props) {
  const [isOpen, setOpen] = useState(true);
  const who = nameOf(offer?.callback ?? unfinished);
  const phase = offer?.phase ?? "LEFT";
  const isLive = phase !== "LEFT";
  const hasTalked = phase !== "OFFERED" && phase !== "CONNECTING";
  const dispositions = offer?.dispositions ?? unfinished?.dispositions ?? [];
  return (
    <Paper
      withBorder
      p="md"
      component="section"
      aria-label={LOOKS[phase].label}
      className={isLive ? classes.live : undefined}
    >
      <Stack gap="md">
        <Head {...{ phase, offer, unfinished }} />
        {offer?.phase === "OFFERED" && <OfferActions {...{ attempt, who, tell }} />}
        {offer?.phase === "CONNECTING" && <Connecting offer={offer} />}
        {offer?.disposition && (
          <Alert color="teal" variant="light" role="status">
            Finished as “{dispositionName(offer.disposition)}”; the call is being ended.
          </Alert>
        )}
        <div className={classes.body}>
          {hasTalked && !offer?.disposition && (
            <div>
              {!isLive && (
                <Button variant="default" size="xs" mb="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
                  {isOpen ? "Later" : "Say what came of it"}
                </Button>
              )}
              {(isOpen || isLive) && (
                <FinishForm
                  {...{ attempt, who, dispositions }}
                  zone={offer?.callback.promised_zone ?? unfinished?.promised_zone ?? null}
                  isTalking={phase === "TALKING"}
                  isInHand={isLive}
                  onDone={(whatFollows) => tell(`${who}: finished. ${whatFollows}`)}
                />
              )}
            </div>
          )}
          {offer && <Customer attempt={attempt} callback={offer.callback} />}
        </div>
      </Stack>
    </Paper>
  );
}

function nameOf(callback: Pick<Unfinished, "customer_name" | "phone_number_formatted"> | null): string {
  return callback?.customer_name || callback?.phone_number_formatted || "";
}

type Phase = keyof typeof LOOKS;

interface HeadProps extends Pick<Props, "offer" | "unfinished"> {
  phase: Phase;
}

function Head({ phase, offer, unfinished }: HeadProps) {
  const { Icon, label } = LOOKS[phase];
  const title = useFocusWhenOffered(phase === "OFFERED");
  const who = offer?.callback ?? unfinished;
  const { customer_name: name = null, phone_number: number = "", phone_number_formatted: shownNumber = "" } = who ?? {};
  return (
    <Group justify="space-between" align="flex-start" gap="md">
      <div>
        <Group gap={6} className={classes.phase}>
          <Icon size={18} stroke={2} aria-hidden />
          <span>{label}</span>
          <Timing {...{ phase, offer, unfinished }} />
        </Group>
        <Title order={2} ref={title} tabIndex={-1} className={classes.who}>
          {name || shownNumber}
        </Title>
        <Group gap={4} className={classes.number}>
          {name && <span>{shownNumber}</span>}
          <Copy text={number} what="phone number" />
        </Group>
      </div>
      {offer?.callback.crm_url && <CrmLink url={offer.callback.crm_url} />}
    </Group>
  );
}

function CrmLink({ url }: { url: string }) {
  return (
    <Button
      component="a"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      variant="default"
      rightSection={<IconExternalLink size={16} aria-hidden />}
    >
      Open the customer
      <span className="visually-hidden"> (opens in a new tab)</span>
    </Button>
  );
}

/** What counts: the time to answer, of the talk, or until it cannot be finished any more. */
function Timing({ phase, offer, unfinished }: HeadProps) {
  const now = useSecond();
  const { shown } = useTimes();
  if (phase === "OFFERED" && offer?.answer_by) {
    const left = Date.parse(offer.answer_by) - now;
    return (
      <Text span inherit role="timer" className={left < HURRY_MS ? classes.hurry : undefined}>
        · {stopwatch(left)} to answer
      </Text>
    );
  }
  if (phase === "TALKING" && offer?.joined_at) {
    return (
      <Text span inherit role="timer">
        · {stopwatch(now - Date.parse(offer.joined_at))}
      </Text>
    );
  }
  const by = offer?.finish_by ?? unfinished?.finish_by;
  return by ? (
    <Text span inherit>
      · can be finished until {shown.clock(by)}
      {unfinished && `, ended at ${shown.clock(unfinished.ended_at)}`}
    </Text>
  ) : null;
}

/** An offer takes the focus, so that the next Tab is at its buttons; not from somebody who is typing or choosing. */
function useFocusWhenOffered(isOffered: boolean) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const at = document.activeElement;
    const isBusy = at?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]");
    if (isOffered && !isBusy) {
      title.current?.focus();
    }
  }, [isOffered]);
  return title;
}

function Connecting({ offer }: { offer: Offer }) {
  return (
    <div>
      <Text fw={600} size="lg" role="status">
        {connecting(offer)}
      </Text>
      <ol className={classes.steps} aria-label="How far the call is">
        {stepsOf(offer).map(({ name, is }) => (
          <li key={name} data-is={is} aria-current={is === "now" ? "step" : undefined}>
            {is === "over" && <IconCheck size={14} aria-hidden />}
            {name}
            {is === "over" && <span className="visually-hidden"> (done)</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
