/** A real Kafka broker inside one process, for trying things out and for tests. */
@NullMarked
package dev.ramtide.deploy.embedded;

import org.jspecify.annotations.NullMarked;
