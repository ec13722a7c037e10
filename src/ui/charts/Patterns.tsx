/** Patterns that tell kinds apart without colour; mounted once, used by every SVG of the page as `url(#k-…)`. */
export function Patterns() {
  return (
    <svg className="patterns" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="k-swap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--plane)" />
          <rect width="2.4" height="6" fill="var(--anon-a)" />
        </pattern>
        <pattern id="k-mlocked" width="7" height="7" patternUnits="userSpaceOnUse">
          <rect width="7" height="7" fill="var(--anon-a)" />
          <path d="M0 0L7 7M7 0L0 7" stroke="var(--plane)" strokeWidth="0.8" opacity="0.75" />
        </pattern>
        <pattern id="k-shmem" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" fill="var(--shm)" />
          <circle cx="2.5" cy="2.5" r="0.9" fill="var(--plane)" opacity="0.8" />
        </pattern>
        <pattern id="k-reserved" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="5" height="5" fill="var(--well)" />
          <rect width="1.4" height="5" fill="var(--kern)" />
        </pattern>
        <pattern id="k-pcp" width="4" height="4" patternUnits="userSpaceOnUse">
          <rect width="4" height="4" fill="var(--free-wash)" />
          <rect width="1.5" height="4" fill="var(--free)" />
        </pattern>
      </defs>
    </svg>
  );
}
