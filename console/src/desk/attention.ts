import { useEffect, useState } from "react";

import type { Offer } from "./data";

const BLINK_MS = 1_000;

/** The words that an offer is told by. */
export function offerText({ callback }: Offer): string {
  const who = callback.customer_name || callback.phone_number_formatted;
  return `Call offered - ${who}, ${callback.service_display_name || callback.service}`;
}

/** As long as a call is offered the tab says so, and the browser tells it elsewhere if it may. */
export function useAttention(offer: Offer | null): void {
  const isOffered = offer?.phase === "OFFERED";
  const text = isOffered ? offerText(offer) : null;
  const attempt = offer?.attempt_id;
  useEffect(() => {
    if (text === null) {
      return;
    }
    // Another page may be opened meanwhile, which gives the tab its own title.
    let titleOfPage = document.title;
    const call = () => {
      titleOfPage = document.title;
      document.title = text;
    };
    const restore = () => {
      if (document.title === text) {
        document.title = titleOfPage;
      }
    };
    call();
    const blinking = setInterval(() => (document.title === text ? restore() : call()), BLINK_MS);
    const notice = notify(text, attempt);
    return () => {
      clearInterval(blinking);
      restore();
      notice?.close();
    };
  }, [text, attempt]);
}

// Browsers have it over https and on localhost only; some refuse it to pages although it is there.
function notify(text: string, tag: string | undefined): Notification | null {
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") {
    return null;
  }
  try {
    const notice = new Notification("Ringback", { body: text, tag });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
    return notice;
  } catch {
    return null;
  }
}

/** Whether the user can be asked if the browser may notify them; `ask` does. */
export function useMayNotify(): { mayAsk: boolean; ask: () => void } {
  const [permission, setPermission] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  const ask = () => void Notification.requestPermission().then(setPermission);
  return { mayAsk: window.isSecureContext && permission === "default", ask };
}
