import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme, keptTheme } from './theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/frame.css';
import './styles/clerk.css';

applyTheme(keptTheme());
const place = document.getElementById('console');
if (place !== null) render(<App />, place);
