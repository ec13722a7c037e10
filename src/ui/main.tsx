import { createMachineClient } from '../worker/client';
import { mount } from './mount';
import { keepForOffline } from './offline';

mount(createMachineClient());
keepForOffline();
