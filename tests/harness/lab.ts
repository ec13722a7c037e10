/** For looking at the screen without a machine: `npx vite`, then /tests/harness/lab.html. */
import { mount } from '../../src/ui/mount';
import { fixtureEvents, fixtureFrame, fixtureSamples } from '../fixtures/frame';
import { fakeMachine } from '../fixtures/port';

mount(fakeMachine(fixtureFrame(), fixtureSamples(), fixtureEvents()));
