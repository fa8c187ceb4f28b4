/** A real schema registry between real agents, sinks, and readers that have never seen Ramtide. */
@NullMarked
package dev.ramtide.deploy.registry;

import org.jspecify.annotations.NullMarked;
