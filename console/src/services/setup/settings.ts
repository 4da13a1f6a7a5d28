import { type Field, type Group, type Key, limit, type NumberField, seconds, text } from "./kinds";

const GENERAL: Group[] = [
  {
    title: "What it is",
    fields: [
      { ...text("display_name", "Display name", "What people see."), isNeeded: true },
      {
        kind: "choice",
        key: "mode",
        label: "Mode",
        about: "What it does, within its hours. Who rings or talks goes on in any mode.",
        options: [
          { value: "RUNNING", label: "RUNNING: takes callbacks and calls them" },
          { value: "PAUSED", label: "PAUSED: takes callbacks, calls nobody" },
          { value: "DRAINING", label: "DRAINING: takes none, calls what waits" },
          { value: "CLOSED", label: "CLOSED: takes none, calls nobody" },
        ],
      },
      {
        kind: "switch",
        key: "is_immediate_enabled",
        label: "Takes callbacks for now",
        about: "Who asks keeps a place in the queue.",
      },
      {
        kind: "switch",
        key: "is_scheduled_enabled",
        label: "Takes callbacks for a chosen time",
        about: "Who asks chooses a slot.",
      },
    ],
  },
  {
    title: "Where it is",
    fields: [
      {
        kind: "zone",
        key: "time_zone",
        label: "Time zone",
        about:
          "The clock of its hours, slots and reports, and of customers who state none. A change gives everybody who waits a seat in the slot that their time is in then.",
      },
      {
        kind: "country",
        key: "default_region",
        label: "Default region",
        about: "Whose national numbers it understands. None: numbers need their country code.",
      },
      text("route_point", "Route point", "Shown beside its callbacks: your telephone system's own name of the queue."),
    ],
  },
];

const DIALLING: Group[] = [
  {
    title: "Calling",
    fields: [
      {
        kind: "choice",
        key: "strategy",
        label: "Strategy",
        about: "Who is rung first.",
        options: [
          { value: "CUSTOMER_FIRST", label: "CUSTOMER_FIRST: first the customer" },
          { value: "AGENT_FIRST", label: "AGENT_FIRST: first the agent" },
          { value: "PREVIEW", label: "PREVIEW: the agent is asked first" },
        ],
      },
      { kind: "trunk", key: "trunk", label: "Trunk", about: "Where its calls leave." },
      text("caller_id", "Caller id", "The number that customers see. Empty: the link's own."),
      text("caller_name", "Caller name", "The name that customers see, where the network shows one."),
      seconds("ring_timeout_seconds", "Ring timeout", 1, 300, "How long a customer's telephone rings."),
      seconds("agent_ring_timeout_seconds", "Agent's ring timeout", 1, 300, "How long an agent's telephone rings."),
      seconds(
        "reserve_timeout_seconds",
        "Reserve timeout",
        1,
        3_600,
        "How long an agent is kept before the first dial; with PREVIEW also how long the agent may look at the offer.",
      ),
      seconds(
        "customer_hold_seconds",
        "Customer's hold",
        0,
        3_600,
        "How long a customer who answered holds for an agent before the call ends, and a retry follows.",
      ),
      seconds("max_talk_seconds", "Longest talk", 1, 86_400, "A talk is ended after that."),
      seconds("wrap_up_seconds", "Wrap-up", 0, 3_600, "An agent's pause after a talk."),
      {
        kind: "number",
        key: "agent_no_answer_limit",
        label: "Missed calls until NOT_READY",
        low: 1,
        high: 100,
        unit: "in a row",
        about: "Calls in a row that an agent misses before no more are given.",
      },
    ],
  },
  {
    title: "Order and time",
    fields: [
      seconds(
        "window_seconds",
        "Window",
        1,
        86_400,
        "A scheduled callback first dialled so long after its desired time is still on time.",
      ),
      seconds(
        "early_seconds",
        "Early entry",
        0,
        3_600,
        "A scheduled callback enters the queue at most so long before its time; it is never dialled before.",
      ),
      seconds(
        "expire_after_seconds",
        "Expiry",
        1,
        1_209_600,
        "What is not called so long after its desired time completes as EXPIRED. 86,400 is a day, 345,600 four.",
      ),
      {
        kind: "choice",
        key: "at_closing",
        label: "At closing",
        about: "What becomes of those who wait when the service closes.",
        options: [
          { value: "CARRY", label: "CARRY: they keep their places until it opens" },
          { value: "EXPIRE", label: "EXPIRE: they complete as EXPIRED" },
        ],
      },
      {
        kind: "number",
        key: "default_priority",
        label: "Default priority",
        low: -1_000,
        high: 1_000,
        unit: "points",
        about: "Of callbacks that state none.",
      },
      seconds(
        "priority_step_seconds",
        "A point of priority",
        0,
        86_400,
        "Each point counts like so much time waited already.",
      ),
    ],
  },
];

const LIMITS: Group[] = [
  {
    title: "Of one number",
    fields: [
      limit("max_waiting_per_number", "Waiting at a time", 1_000, "Uncompleted callbacks of one number."),
      limit("number_limit", "Requests", 100_000, "Callbacks that one number may ask for within the time below."),
      seconds(
        "number_limit_seconds",
        "Within",
        1,
        1_209_600,
        "The time that the requests of a number are counted over.",
      ),
    ],
  },
  {
    title: "Of the service",
    fields: [
      limit("creation_limit", "Callbacks taken", 10_000_000, "Callbacks that the service takes within the time below."),
      seconds(
        "creation_limit_seconds",
        "Within this time",
        1,
        1_209_600,
        "The time that the callbacks taken are counted over.",
      ),
      limit("queue_limit", "Queue", 1_000_000, "When so many wait, nobody else joins the queue."),
    ],
  },
];

const SLOTS: Group[] = [
  {
    title: "Slots",
    fields: [
      {
        kind: "choice",
        key: "slot_minutes",
        label: "Slot length",
        about:
          "Slots begin on the full hour of the local clock. A change gives everybody who waits a seat in the slot that their time is in then.",
        options: ["5", "10", "15", "30", "60"].map((value) => ({ value, label: `${value} minutes` })),
      },
      {
        kind: "number",
        key: "slot_capacity",
        label: "Capacity per slot",
        low: 0,
        high: 1_000_000,
        unit: "callbacks",
        isOptional: true,
        about: "Callbacks for a chosen time that a slot takes, where nothing below says otherwise. Empty: no limit.",
      },
    ],
  },
];

const DESK: Group[] = [
  {
    title: "Customers in your own system",
    fields: [
      {
        kind: "text",
        key: "crm_url",
        label: "Address",
        max: 1_000,
        about:
          "A link for the agent, such as https://crm.example.com/?phone={phone_number}. {callback_id}, {customer_name}, {service} and {user_data.KEY} are filled in too. Empty: none.",
      },
    ],
  },
];

export interface Section {
  id: string;
  label: string;
  groups: Group[];
  /** What is set in it beside the fields of the groups. */
  more: Key[];
}

export const SECTIONS: Section[] = [
  { id: "general", label: "General", groups: GENERAL, more: [] },
  { id: "hours", label: "Hours", groups: [], more: ["hours"] },
  { id: "special-days", label: "Special days", groups: [], more: ["special_days", "public_holidays"] },
  { id: "capacity", label: "Capacity", groups: SLOTS, more: ["weekly_capacity"] },
  { id: "numbers", label: "Numbers", groups: [], more: ["number_rules", "calling_hours"] },
  { id: "dialling", label: "Dialling", groups: DIALLING, more: ["dial_attempts", "retries"] },
  { id: "limits", label: "Limits", groups: LIMITS, more: [] },
  { id: "desk", label: "Desk", groups: DESK, more: ["dispositions"] },
];

export function keysOf({ groups, more }: Section): Key[] {
  return [...groups.flatMap(({ fields }) => fields.map(({ key }) => key)), ...more];
}

export const DIAL_ATTEMPTS: NumberField = {
  kind: "number",
  key: "dial_attempts",
  label: "Attempts in all",
  low: 1,
  high: 100,
  unit: "attempts",
  about: "Attempts that count against the customer, the first included.",
};

const FIELDS = new Map<Key, Field>(
  [DIAL_ATTEMPTS, ...SECTIONS.flatMap(({ groups }) => groups.flatMap(({ fields }) => fields))].map((field) => [
    field.key,
    field,
  ]),
);

const OTHERS: Partial<Record<Key, string>> = {
  hours: "Weekly hours",
  special_days: "Special days",
  public_holidays: "Public holidays",
  weekly_capacity: "Weekly capacity",
  number_rules: "Countries and blocked patterns",
  calling_hours: "Calling hours",
  retries: "Retries",
  dispositions: "Dispositions",
};

export function labelOf(key: Key): string {
  return FIELDS.get(key)?.label ?? OTHERS[key] ?? key;
}

export function fieldOf(key: Key): Field | undefined {
  return FIELDS.get(key);
}
