/**
 * What is seen of agents and sinks: metrics, dashboards and alerts against a real Prometheus, and
 * the status page in a real browser.
 */
@NullMarked
package dev.ramtide.deploy.watch;

import org.jspecify.annotations.NullMarked;
