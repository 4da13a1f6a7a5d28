import { Tooltip } from "@mantine/core";
import { type FocusEvent, type KeyboardEvent, type MouseEvent, type ReactNode, useRef, useState } from "react";

const DELAY_MS = 250;

interface Hint {
  element: HTMLElement;
  text: string;
}

/**
 * One tooltip for all that carries `data-hint`, when it is hovered or focused: a table has hundreds, and a Tooltip for each
 * would cost more than the table.
 */
export function Hints({ children, className }: { children: ReactNode; className?: string }) {
  const [hint, setHint] = useState<Hint | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = (target: EventTarget, delay: number) => {
    clearTimeout(timer.current);
    const element = target instanceof Element ? target.closest<HTMLElement>("[data-hint]") : null;
    if (!element) {
      setHint(null);
      return;
    }
    timer.current = setTimeout(() => {
      if (element.isConnected) {
        setHint({ element, text: element.dataset.hint ?? "" });
      }
    }, delay);
  };
  const hide = () => {
    clearTimeout(timer.current);
    setHint(null);
  };
  const isFocusVisible = (target: EventTarget) => target instanceof Element && target.matches(":focus-visible");
  return (
    <div
      className={className}
      onMouseOver={(event: MouseEvent) => show(event.target, DELAY_MS)}
      onMouseLeave={hide}
      onFocus={(event: FocusEvent) => isFocusVisible(event.target) && show(event.target, 0)}
      onBlur={hide}
      onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && hide()}
      onMouseDown={hide}
    >
      {children}
      {hint && <Tooltip target={hint.element} label={hint.text} opened position="top-start" key={hint.text} />}
    </div>
  );
}
