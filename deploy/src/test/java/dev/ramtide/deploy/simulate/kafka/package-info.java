/** What may be relied on of the simulation's cluster. */
@NullMarked
package dev.ramtide.deploy.simulate.kafka;

import org.jspecify.annotations.NullMarked;
