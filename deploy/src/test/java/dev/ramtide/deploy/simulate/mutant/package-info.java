/** Faults put into the code under test, so that it is seen whether the simulation catches them. */
@NullMarked
package dev.ramtide.deploy.simulate.mutant;

import org.jspecify.annotations.NullMarked;
