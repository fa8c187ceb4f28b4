/** Whether what {@code grafana/} shows and calls for is what agents and sinks tell. */
@NullMarked
package dev.ramtide.deploy.watch;

import org.jspecify.annotations.NullMarked;
