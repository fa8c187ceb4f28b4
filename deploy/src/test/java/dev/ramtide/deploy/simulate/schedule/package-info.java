/** What may be relied on of the simulation's threads. */
@NullMarked
package dev.ramtide.deploy.simulate.schedule;

import org.jspecify.annotations.NullMarked;
