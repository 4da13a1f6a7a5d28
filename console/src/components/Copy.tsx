import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";

const TOLD_MS = 2_000;
const TOLD = { copied: "Copied", refused: "The browser does not let us copy: select the text instead" };

interface Props {
  text: string;
  /** Its name, such as "phone number". */
  what: string;
  /** Whether the button says so, instead of an icon alone. */
  isNamed?: boolean;
  hasFocus?: boolean;
}

/** Copies a text. */
export function Copy({ text, what, isNamed = false, hasFocus = false }: Props) {
  const [told, setTold] = useState<keyof typeof TOLD | null>(null);
  useEffect(() => {
    const timer = told ? setTimeout(() => setTold(null), TOLD_MS) : undefined;
    return () => clearTimeout(timer);
  }, [told]);
  const Icon = told === "copied" ? IconCheck : told ? IconX : IconCopy;
  const label = `Copy the ${what}`;
  const act = () => void copy(text).then((isDone) => setTold(isDone ? "copied" : "refused"));
  const icon = <Icon size={14} stroke={1.8} aria-hidden />;
  return (
    <>
      <Tooltip label={told ? TOLD[told] : label} opened={told ? true : undefined} disabled={isNamed && !told}>
        {isNamed ? (
          <Button variant="default" size="xs" leftSection={icon} onClick={act}>
            {label}
          </Button>
        ) : (
          <ActionIcon variant="subtle" color="gray" size={24} aria-label={label} autoFocus={hasFocus} onClick={act}>
            {icon}
          </ActionIcon>
        )}
      </Tooltip>
      <span role="status" className="visually-hidden">
        {told && TOLD[told]}
      </span>
    </>
  );
}

/** Whether it was copied. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyAsEvent(text);
  }
}

// Over plain HTTP a browser has no clipboard for scripts, but it tells what is to be copied, and takes another text.
function copyAsEvent(text: string): boolean {
  const take = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", take, { once: true });
  const isDone = document.execCommand("copy");
  document.removeEventListener("copy", take);
  return isDone;
}
