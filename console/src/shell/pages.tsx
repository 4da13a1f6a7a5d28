import {
  IconAddressBook,
  IconCode,
  IconHeadset,
  IconHistory,
  IconPhoneCall,
  IconReportAnalytics,
  IconSearch,
  IconStack2,
  IconUsers,
} from "@tabler/icons-react";
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import type { Permission, Session } from "../api/session";

export interface PageEntry {
  path: string;
  label: string;
  group?: string;
  Icon: typeof IconPhoneCall;
  needs: Permission;
  Page: LazyExoticComponent<ComponentType>;
}

/** A page that is loaded when it is shown, and at once where the address asks for it: not only when its user is known. */
function page(path: string, load: () => Promise<{ default: ComponentType }>): PageEntry["Page"] {
  if (location.pathname.startsWith(path)) {
    load().catch(() => undefined); // asked for again when it is shown
  }
  return lazy(load);
}

// In the order of the navigation. Whoever has none of the permissions does not see the page; the server decides.
const PAGES: PageEntry[] = [
  {
    path: "/desk",
    label: "My desk",
    Icon: IconHeadset,
    needs: "USE_DESK",
    Page: page("/desk", () => import("../desk/DeskPage")),
  },
  {
    path: "/callbacks",
    label: "Callbacks",
    Icon: IconPhoneCall,
    needs: "SEE_CALLBACKS",
    Page: page("/callbacks", () => import("../callbacks/CallbacksPage")),
  },
  {
    path: "/services",
    label: "Services",
    Icon: IconStack2,
    needs: "SEE_CALLBACKS",
    Page: page("/services", () => import("../services/ServicesPage")),
  },
  {
    path: "/agents",
    label: "Agents",
    Icon: IconAddressBook,
    needs: "SEE_AGENTS",
    Page: page("/agents", () => import("../agents/AgentsPage")),
  },
  {
    path: "/reports",
    label: "Reports",
    Icon: IconReportAnalytics,
    needs: "SEE_REPORTS",
    Page: page("/reports", () => import("../reports/ReportsPage")),
  },
  {
    path: "/tools/search",
    label: "Callback Search",
    group: "Tools",
    Icon: IconSearch,
    needs: "SEE_CALLBACKS",
    Page: page("/tools/search", () => import("../tools/SearchPage")),
  },
  {
    path: "/users",
    label: "Users",
    group: "Administration",
    Icon: IconUsers,
    needs: "SEE_USERS",
    Page: page("/users", () => import("../users/UsersPage")),
  },
  {
    path: "/audit",
    label: "Audit",
    group: "Administration",
    Icon: IconHistory,
    needs: "SEE_AUDIT",
    Page: page("/audit", () => import("../audit/AuditPage")),
  },
  {
    path: "/developer",
    label: "Developer",
    group: "Administration",
    Icon: IconCode,
    needs: "DEVELOP",
    Page: page("/developer", () => import("../developer/DeveloperPage")),
  },
];

/** The pages that somebody's roles have. */
export function pagesFor({ user }: Session): PageEntry[] {
  return PAGES.filter((page) => user.permissions.includes(page.needs));
}
